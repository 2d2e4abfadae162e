import { beforeAll, describe, expect, it } from 'vitest'
import { type Clock, NS_PER_MS, systemClock } from '../clock.ts'
import { formatIdentity } from '../message/identity.ts'
import { type Certificate, createCertificate } from './certificate.ts'
import { createDraws } from './draws.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createManualClock } from './manual-clock.fixture.ts'
import { compileScript, type ScriptSpec } from './script.ts'
import type { AuthMode, Endpoint, Sink, SinkOptions, SinkUser, TlsMode } from './sink.ts'

export interface TestReply {
  readonly code: number
  readonly enhancedCode?: string
  readonly retryAfterS?: number
}

export interface TestClient {
  submit(id: string, sizeBytes: number): Promise<TestReply>
  /** Sends a whole message but not its end, and goes. */
  vanish(id: string): Promise<void>
  close(): void
}

export interface SinkCase {
  readonly name: string
  readonly tls: TlsMode
  open(options: SinkOptions): Promise<Sink>
  connect(endpoint: Endpoint, ca: string, user: SinkUser | undefined): Promise<TestClient>
  /** What the client sees. */
  readonly replies: Record<
    'accepted' | 'rejected' | 'deferred' | 'throttled' | 'wrongCredentials' | 'noCredentials' | 'oversized',
    TestReply
  >
}

interface Bench extends AsyncDisposable {
  readonly sink: Sink
  readonly ledger: Ledger
  connect(user?: SinkUser): Promise<TestClient>
}

const run = '0badcafe'
const idOf = (index: number) => formatIdentity({ run, trial: 1, index })
const user: SinkUser = { user: 'user', password: 'right:key' }
const SIZE_LIMIT_BYTES = 64 * 1024

/** What every sink must do, whatever its protocol: the same script gives the same server. */
export function testSink(subject: SinkCase): void {
  describe(subject.name, () => {
    let certificate: Certificate
    beforeAll(async () => {
      certificate = await createCertificate()
    })

    async function openBench(
      script: ScriptSpec = {},
      auth: AuthMode = 'off',
      clock: Clock = systemClock,
    ): Promise<Bench> {
      const ledger = createLedger()
      const sink = await subject.open({
        host: '127.0.0.1',
        port: 0,
        tls: subject.tls,
        certificate,
        auth,
        users: [user],
        keys: [user.password],
        sizeLimitBytes: SIZE_LIMIT_BYTES,
        script: compileScript(script),
        draws: createDraws('contract'),
        clock,
        ledger,
      })
      const clients: TestClient[] = []
      return {
        sink,
        ledger,
        async connect(as) {
          const client = await subject.connect(sink.endpoint, certificate.ca, as)
          clients.push(client)
          return client
        },
        async [Symbol.asyncDispose]() {
          for (const client of clients) client.close()
          await sink[Symbol.asyncDispose]()
        },
      }
    }

    it('takes messages on one connection and counts each by its identity', async () => {
      await using bench = await openBench()
      const client = await bench.connect()
      for (const index of [0, 2, 3]) {
        expect(await client.submit(idOf(index), 500)).toEqual(subject.replies.accepted)
      }
      const { taken, duplicated, counts } = bench.ledger.receipts(run, 1)
      expect({ taken, duplicated, counts: [...counts] }).toEqual({
        taken: 3,
        duplicated: 0,
        counts: [1, 0, 1, 1],
      })
    })

    it('counts a message that comes twice as a duplicate', async () => {
      await using bench = await openBench()
      for (const client of [await bench.connect(), await bench.connect()]) await client.submit(idOf(0), 500)
      expect(bench.ledger.receipts(run, 1)).toMatchObject({ taken: 2, duplicated: 1 })
    })

    it('counts a message from any other client in the totals', async () => {
      await using bench = await openBench()
      const client = await bench.connect()
      expect(await client.submit('somebody-elses', 500)).toEqual(subject.replies.accepted)
      expect(bench.ledger.summary()).toEqual({ taken: 1, unidentified: 1, trials: [] })
    })

    for (const [outcome, script] of [
      ['rejected', { reject: '100%' }],
      ['deferred', { defer: 1 }],
    ] as const) {
      it(`answers as the script says: ${outcome}, and goes on`, async () => {
        await using bench = await openBench(script)
        const client = await bench.connect()
        expect(await client.submit(idOf(0), 500)).toEqual(subject.replies[outcome])
        expect(await client.submit(idOf(1), 500)).toEqual(subject.replies[outcome])
        expect(bench.ledger.summary().taken).toBe(0)
      })
    }

    it('throttles once the allowance is used, and says until when', async () => {
      const clock = createManualClock()
      await using bench = await openBench({ throttle: '0.5/s' }, 'off', clock)
      const client = await bench.connect()
      expect(await client.submit(idOf(0), 500)).toEqual(subject.replies.accepted)
      expect(await client.submit(idOf(1), 500)).toEqual(subject.replies.throttled)
      clock.advance(2000 * NS_PER_MS)
      expect(await client.submit(idOf(1), 500)).toEqual(subject.replies.accepted)
      expect(bench.ledger.receipts(run, 1).taken).toBe(2)
    })

    it('takes the right credentials where they are demanded, and no others', async () => {
      await using bench = await openBench({}, 'required')
      const wrong = await bench.connect({ user: 'user', password: 'wrong' })
      expect(await wrong.submit(idOf(0), 500)).toEqual(subject.replies.wrongCredentials)
      const none = await bench.connect()
      expect(await none.submit(idOf(0), 500)).toEqual(subject.replies.noCredentials)
      expect(bench.ledger.summary().taken).toBe(0)
      const right = await bench.connect(user)
      expect(await right.submit(idOf(0), 500)).toEqual(subject.replies.accepted)
      expect(await right.submit(idOf(1), 500)).toEqual(subject.replies.accepted)
    })

    it('refuses a message over the limit, and takes the next', async () => {
      await using bench = await openBench()
      const client = await bench.connect()
      expect(await client.submit(idOf(0), 4 * SIZE_LIMIT_BYTES)).toEqual(subject.replies.oversized)
      expect(await client.submit(idOf(1), SIZE_LIMIT_BYTES / 2)).toEqual(subject.replies.accepted)
      expect([...bench.ledger.receipts(run, 1).counts]).toEqual([0, 1])
    })

    it('thinks before it answers, and counts a message only when it answers', async () => {
      const clock = createManualClock()
      await using bench = await openBench({ think: '50ms' }, 'off', clock)
      const client = await bench.connect()
      let isAnswered = false
      const reply = client.submit(idOf(0), 500).finally(() => {
        isAnswered = true
      })
      await clock.asleep(1)
      // A whole connection's setup passes by meanwhile: an answer would have arrived.
      await bench.connect()
      expect({ isAnswered, taken: bench.ledger.summary().taken }).toEqual({ isAnswered: false, taken: 0 })
      clock.advance(50 * NS_PER_MS)
      expect(await reply).toEqual(subject.replies.accepted)
      expect(bench.ledger.summary().taken).toBe(1)
    })

    it('does not count a message whose client vanished before its end', async () => {
      await using bench = await openBench()
      await (await bench.connect()).vanish(idOf(0))
      const client = await bench.connect()
      expect(await client.submit(idOf(1), 500)).toEqual(subject.replies.accepted)
      await bench.sink[Symbol.asyncDispose]()
      expect([...bench.ledger.receipts(run, 1).counts]).toEqual([0, 1])
    })

    it('does not count a message whose client left while the sink thought', async () => {
      const clock = createManualClock()
      await using bench = await openBench({ think: '50ms' }, 'off', clock)
      const leaver = await bench.connect()
      const left = leaver.submit(idOf(0), 500).catch(() => undefined)
      await clock.asleep(1)
      leaver.close()
      await left
      const client = await bench.connect()
      const reply = client.submit(idOf(1), 500)
      await clock.asleep(2)
      clock.advance(50 * NS_PER_MS)
      expect(await reply).toEqual(subject.replies.accepted)
      expect([...bench.ledger.receipts(run, 1).counts]).toEqual([0, 1])
    })

    it('stops listening and drops its connections when it is disposed of', async () => {
      await using bench = await openBench()
      const client = await bench.connect()
      await client.submit(idOf(0), 500)
      await bench.sink[Symbol.asyncDispose]()
      await bench.sink[Symbol.asyncDispose]()
      await expect(
        subject
          .connect(bench.sink.endpoint, certificate.ca, undefined)
          .then(late => late.submit(idOf(1), 500)),
      ).rejects.toThrow(/ECONNREFUSED/)
    })
  })
}
