import type { TlsOptions } from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Clock, type Nanoseconds, NS_PER_MS, NS_PER_S, systemClock } from '../clock.ts'
import { loadTemplate } from '../message/corpus.ts'
import type { Template } from '../message/message.ts'
import { type Phase, phases } from '../phase.ts'
import type { Reply } from '../sample.ts'
import { type Certificate, createCertificate } from '../sink/certificate.ts'
import { createDraws } from '../sink/draws.ts'
import { createLedger } from '../sink/ledger.ts'
import type { Sink, SinkOptions, SinkUser, TlsMode } from '../sink/sink.ts'
import { type LeapingClock, leapingClock } from './leaping-clock.fixture.ts'
import {
  end,
  hear,
  openScripted,
  reset,
  type ScriptedServer,
  type Step,
  settle,
  silence,
  stall,
} from './scripted-server.ts'
import type { Transport } from './transport.ts'

export interface TestOptions {
  readonly host: string
  readonly port: number
  readonly ca: string
  /** The SMTP password, or the HTTP key. */
  readonly password: string
  readonly connections: number
  readonly timeoutNs: Nanoseconds
  readonly clock: Clock
  readonly signal: AbortSignal
}

export interface TransportCase {
  readonly name: string
  readonly tls: TlsMode
  readonly reuse: boolean
  /** Whether messages wait for a connection: HTTP/2 puts them all on one. */
  readonly queues: boolean
  openSink(options: SinkOptions): Promise<Sink>
  open(options: TestOptions): Transport
  /** Phases of a submission that opens its connection, by address, and of one that finds it open. */
  readonly cold: readonly Phase[]
  readonly warm: readonly Phase[]
  readonly wrongPassword: Partial<Reply>
  /** Where a submission is while its message is on its way, and while it awaits the answer. */
  readonly sending: Phase
  readonly awaiting: Phase
  /** Scripts: up to the TLS handshake; a part of a large message; a whole message. */
  readonly script: Record<'handshake' | 'part' | 'whole', (steps: readonly Step[], tls: TlsOptions) => Step>
}

export const testUser: SinkUser = { user: 'user', password: 'right' }
/** More than the kernel buffers on both sides of a loopback connection (4 MB here). */
export const LARGE_BYTES = 12 * 1024 * 1024
const TIMEOUT_NS = 10 * NS_PER_S
/** Tries of what a stall of the machine can spoil, and nothing else. */
const ROUNDS_MAX = 10

export const templateOf = (source: Parameters<typeof loadTemplate>[0], recipients = 1) =>
  loadTemplate(source, { run: '0badcafe', trial: 1, recipients })

/** Fills in what a test does not care about. */
export function testOptions(overrides: Partial<TestOptions> & { port: number }): TestOptions {
  return {
    host: '127.0.0.1',
    ca: '',
    password: testUser.password,
    connections: 4,
    timeoutNs: TIMEOUT_NS,
    clock: systemClock,
    signal: new AbortController().signal,
    ...overrides,
  }
}

/** What a share of the time-out is for: the client comes to its wait, then that much time passes. */
export const leap =
  (clock: LeapingClock, timeouts: number): Step =>
  async peer => {
    await settle(peer)
    clock.leap(timeouts * TIMEOUT_NS)
  }

/** The same steps, but that time passes in their silence until the client gives up. */
export function untilTimeout<T>(steps: readonly (T | Step)[], clock: LeapingClock): (T | Step)[] {
  return steps.flatMap(step => (step === silence ? [leap(clock, 1.1), silence] : [step]))
}

export const presentPhases = ({ phases: times }: Reply): Phase[] =>
  phases.filter(phase => times.get(phase) !== undefined)

export function sumNs({ phases: times }: Reply): Nanoseconds {
  return phases.reduce((total, phase) => total + (times.get(phase) ?? 0), 0)
}

const held = (kind: RegExp) => process.getActiveResourcesInfo().filter(name => kind.test(name)).length

/** Turns the event loop until no more than `most` are held; gives up after a while, without a timer. */
async function heldInTheEnd(kind: RegExp, most: number): Promise<number> {
  const deadlineNs = systemClock.nowNs() + 5 * NS_PER_S
  while (held(kind) > most && systemClock.nowNs() < deadlineNs) await new Promise(setImmediate)
  return held(kind)
}

const socketKind = /^TCP|^TLS/

/** Asserts that `use` leaves neither a socket nor a timer; it must close its servers, which are in this process. */
export async function expectNothingLeft(use: () => Promise<void>): Promise<void> {
  expect(await heldInTheEnd(socketKind, 0)).toBe(0)
  const timers = held(/^Timeout/)
  await use()
  expect(await heldInTheEnd(socketKind, 0)).toBe(0)
  expect(await heldInTheEnd(/^Timeout/, timers)).toBeLessThanOrEqual(timers)
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await openScripted([])
  await server[Symbol.asyncDispose]()
  return server.port
}

/** Time for the client to fill what the kernel buffers; with less the test is milder, not wrong. */
const fill: Step = () => systemClock.sleep(100 * NS_PER_MS)

async function timed(submission: () => Promise<Reply>): Promise<{ reply: Reply; spanNs: Nanoseconds }> {
  const startNs = systemClock.nowNs()
  const reply = await submission()
  return { reply, spanNs: systemClock.nowNs() - startNs }
}

/** What all cases of a file share: keys and large messages take time to make. */
async function makeMaterial() {
  return {
    certificate: await createCertificate(),
    small: await templateOf('password-reset'),
    large: await templateOf({ sizeBytes: LARGE_BYTES }),
  }
}
let material: ReturnType<typeof makeMaterial> | undefined

/** What every transport must do, whatever its protocol. */
export function testTransport(subject: TransportCase): void {
  describe(subject.name, () => {
    let certificate: Certificate
    let small: Template
    let large: Template
    beforeAll(async () => {
      material ??= makeMaterial()
      ;({ certificate, small, large } = await material)
    })

    function openSink(thinkNs = 0, presented = certificate): Promise<Sink> {
      return subject.openSink({
        host: '127.0.0.1',
        port: 0,
        tls: subject.tls,
        certificate: presented,
        auth: 'required',
        users: [testUser],
        keys: [testUser.password],
        sizeLimitBytes: 2 * LARGE_BYTES,
        script: ({ step }) => ({
          thinkNs: step === 'content' ? thinkNs : 0,
          verdict: { outcome: 'accepted' },
        }),
        draws: createDraws('contract'),
        clock: systemClock,
        ledger: createLedger(),
      })
    }

    function openTransport({ port }: { port: number }, overrides: Partial<TestOptions> = {}): Transport {
      return subject.open(testOptions({ port, ca: certificate.ca, ...overrides }))
    }

    function openScript(at: keyof TransportCase['script'], steps: readonly Step[]): Promise<ScriptedServer> {
      const { cert, key } = certificate
      return openScripted([subject.script[at](steps, { cert, key })])
    }

    it('passes through its phases, with setup where a connection is opened and nowhere else', async () => {
      await using sink = await openSink()
      // One at most: undici opens another rather than wait for the turn of the event loop after a response.
      await using transport = openTransport(sink.endpoint, { connections: 1 })
      for (const index of [0, 1, 2]) {
        const reply = await transport.submit(small.message(index))
        expect(reply).toMatchObject({ outcome: 'accepted', recipientsRefused: 0 })
        const isOpening = index === 0 || !subject.reuse
        expect(presentPhases(reply)).toEqual(isOpening ? subject.cold : subject.warm)
        expect(reply.connectionId).toBe(subject.reuse ? 1 : index + 1)
      }
      expect(transport.connectionsOpened).toBe(subject.reuse ? 1 : 3)
    })

    it('resolves a name in a phase of its own', async () => {
      await using sink = await openSink()
      await using transport = openTransport(sink.endpoint, { host: 'localhost' })
      const reply = await transport.submit(small.message(0))
      expect(reply.outcome).toBe('accepted')
      expect(presentPhases(reply)).toEqual([...subject.cold.slice(0, 2), 'dns', ...subject.cold.slice(2)])
    })

    it('accounts for all of its time, and for none of it twice', async () => {
      const thinkNs = 20 * NS_PER_MS
      await using sink = await openSink(thinkNs)
      await using transport = openTransport(sink.endpoint)
      const gaps: number[] = []
      // The best of several: the machine may stall between an end and our notice of it.
      for (let index = 0; index < 3 || (index < ROUNDS_MAX && Math.min(...gaps) >= 0.01); index++) {
        const { reply, spanNs } = await timed(() => transport.submit(small.message(index)))
        expect(sumNs(reply)).toBeLessThanOrEqual(spanNs)
        for (const phase of presentPhases(reply)) expect(reply.phases.get(phase)).toBeGreaterThanOrEqual(0)
        expect(reply.phases.get(subject.awaiting)).toBeGreaterThan(thinkNs / 2)
        gaps.push(1 - sumNs(reply) / spanNs)
      }
      expect(Math.min(...gaps)).toBeLessThan(0.01)
    })

    it('delivers a large message', async () => {
      await using sink = await openSink()
      await using transport = openTransport(sink.endpoint)
      const reply = await transport.submit((await templateOf({ sizeBytes: 2 * 1024 * 1024 })).message(0))
      expect(reply.outcome).toBe('accepted')
      expect(presentPhases(reply)).toEqual(subject.cold)
    })

    it('is told that its password is wrong', async () => {
      await using sink = await openSink()
      await using transport = openTransport(sink.endpoint, { password: 'wrong' })
      const reply = await transport.submit(small.message(0))
      expect(reply).toMatchObject({ outcome: 'rejected', cause: 'auth', ...subject.wrongPassword })
    })

    it('finds a port on which nobody listens', async () => {
      await using transport = openTransport({ port: await closedPort() })
      const reply = await transport.submit(small.message(0))
      expect(reply).toMatchObject({ outcome: 'faulted', phase: 'connect', cause: 'refused', connectionId: 0 })
      expect(transport.connectionsOpened).toBe(0)
    })

    it('finds a name that does not resolve', async () => {
      await using transport = openTransport({ port: 25 }, { host: 'nonexistent.invalid' })
      const reply = await transport.submit(small.message(0))
      expect(reply).toMatchObject({ outcome: 'faulted', phase: 'dns', cause: 'dns', connectionId: 0 })
    })

    it('has certainly not delivered what was cut off in the middle', async () => {
      await using server = await openScript('part', [reset])
      await using transport = openTransport(server)
      const reply = await transport.submit(large.message(0))
      expect(reply).toMatchObject({ outcome: 'faulted', phase: subject.sending, cause: 'reset' })
    })

    if (subject.reuse && subject.tls === 'none')
      it('gives up on a server that stops reading, and has certainly not delivered', async () => {
        const clock = leapingClock()
        await using server = await openScript('part', untilTimeout([stall, fill, silence], clock))
        await using transport = openTransport(server, { clock })
        const reply = await transport.submit(large.message(0))
        expect(reply).toMatchObject({ outcome: 'faulted', phase: subject.sending, cause: 'timeout' })
      })

    // A time-out is tried with one connection policy: the other makes no difference to it.
    it.concurrent.each([
      ['is reset', reset, 'reset'],
      ['ends', end, 'reset'],
      ...(subject.reuse ? [['says nothing', silence, 'timeout'] as const] : []),
    ] as const)('is in doubt when the connection %s after the whole message', async (_how, step, cause) => {
      const clock = leapingClock()
      await using server = await openScript('whole', untilTimeout([step], clock))
      await using transport = openTransport(server, { clock })
      const reply = await transport.submit(small.message(0))
      expect(reply).toMatchObject({ outcome: 'in_doubt', phase: subject.awaiting, cause, connectionId: 1 })
      expect(reply.code).toBeUndefined()
    })

    it('opens another connection after one that failed', async () => {
      await using server = await openScript('whole', [reset])
      await using transport = openTransport(server, { connections: 1 })
      for (const index of [0, 1]) {
        const reply = await transport.submit(small.message(index))
        expect(reply).toMatchObject({ outcome: 'in_doubt', cause: 'reset', connectionId: index + 1 })
        expect(presentPhases(reply)).toEqual(subject.cold.filter(phase => phase !== 'receive'))
      }
    })

    it('ends everything at once when the run is aborted, and leaves nothing open', () =>
      expectNothingLeft(async () => {
        const controller = new AbortController()
        const { signal } = controller
        await using server = await openScript('whole', [() => controller.abort(), silence])
        await using transport = openTransport(server, { signal, connections: 1 })
        const replies = await Promise.all([0, 1, 2].map(index => transport.submit(small.message(index))))
        expect(replies.map(reply => reply.outcome)).toEqual(['aborted', 'aborted', 'aborted'])
        expect(replies.map(reply => reply.phase)).toContain(subject.awaiting)
        const late = await transport.submit(small.message(3))
        expect(late).toMatchObject({ outcome: 'aborted', phase: 'encode', connectionId: 0 })
        await transport[Symbol.asyncDispose]()
        await server.idle()
      }))

    it('leaves nothing open when it is disposed of', () =>
      expectNothingLeft(async () => {
        await using sink = await openSink()
        await using transport = openTransport(sink.endpoint)
        const replies = await Promise.all([0, 1, 2, 3].map(index => transport.submit(small.message(index))))
        expect(new Set(replies.map(reply => reply.outcome))).toEqual(new Set(['accepted']))
      }))

    if (subject.queues)
      it('calls the wait for a connection by its name', async () => {
        const thinkNs = 20 * NS_PER_MS
        await using sink = await openSink(thinkNs)
        await using transport = openTransport(sink.endpoint, { connections: 1 })
        const leads: number[] = []
        // Again where the machine stalled as the first began: that is its wait as well.
        while (leads.length < ROUNDS_MAX && !leads.some(leadNs => leadNs > 0)) {
          const indices = [0, 1, 2].map(index => 3 * leads.length + index)
          const replies = await Promise.all(indices.map(index => transport.submit(small.message(index))))
          const [first = 0, second = 0, third = 0] = replies.map(reply => reply.phases.get('queue') ?? 0)
          // Each waits for those before it, of whom the sink thinks at least so long.
          expect(second).toBeGreaterThan(thinkNs)
          expect(third).toBeGreaterThan(2 * thinkNs)
          expect(replies.map(({ connectionId }) => connectionId)).toEqual([1, 1, 1])
          leads.push(second - first)
        }
        expect(Math.max(...leads)).toBeGreaterThan(0)
      })

    if (subject.tls !== 'none')
      describe('in the TLS handshake', () => {
        it.concurrent.each([
          ...(subject.reuse ? [['says nothing', [silence], 'timeout'] as const] : []),
          ['resets', [hear(/\x16/), reset], 'reset'],
          ['hangs up', [hear(/\x16/), end], 'reset'],
          [
            'talks nonsense',
            [hear(/\x16/), (peer: Parameters<Step>[0]) => peer.say('HTTP/1.0 400 What?\r\n\r\n')],
            'tls',
          ],
        ] as const)('finds a server that %s', async (_what, steps, cause) => {
          const clock = leapingClock()
          await using server = await openScript('handshake', untilTimeout<Step>(steps, clock))
          await using transport = openTransport(server, { clock })
          const reply = await transport.submit(small.message(0))
          expect(reply).toMatchObject({ outcome: 'faulted', phase: 'tls', cause })
        })

        it('refuses a certificate of another host', async () => {
          const other = await createCertificate(['other.example.net'])
          await using sink = await openSink(0, other)
          await using transport = openTransport(sink.endpoint, { ca: other.ca })
          const reply = await transport.submit(small.message(0))
          expect(reply).toMatchObject({ outcome: 'faulted', phase: 'tls', cause: 'tls' })
          expect(reply.text).toContain('does not match')
        })

        it('refuses a certificate of an authority that it does not know', async () => {
          const other = await createCertificate()
          await using sink = await openSink()
          await using transport = openTransport(sink.endpoint, { ca: other.ca })
          const reply = await transport.submit(small.message(0))
          expect(reply).toMatchObject({ outcome: 'faulted', phase: 'tls', cause: 'tls' })
        })

        it('can be aborted', () =>
          expectNothingLeft(async () => {
            const controller = new AbortController()
            const { signal } = controller
            await using server = await openScript('handshake', [
              hear(/\x16/),
              () => controller.abort(),
              silence,
            ])
            await using transport = openTransport(server, { signal })
            const reply = await transport.submit(small.message(0))
            expect(reply).toMatchObject({ outcome: 'aborted', phase: 'tls' })
            await transport[Symbol.asyncDispose]()
            await server.idle()
          }))
      })
  })
}
