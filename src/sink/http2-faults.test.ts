import { connect } from 'node:http2'
import { beforeAll, describe, expect, it } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import { type Certificate, createCertificate } from './certificate.ts'
import { createDraws } from './draws.ts'
import type { FaultSpec } from './fault/fault-spec.ts'
import { openHttpSink } from './http.ts'
import { createLedger } from './ledger.ts'
import { createManualClock } from './manual-clock.fixture.ts'
import { compileScript } from './script.ts'
import type { TlsMode } from './sink.ts'

const message = JSON.stringify({ from: { address: 'a@example.net' }, to: [{ address: 'b@example.net' }] })

let certificate: Certificate
beforeAll(async () => {
  certificate = await createCertificate()
})

/** One connection with one request on it, and what became of them. */
function ask(port: number, tls: TlsMode) {
  const session = connect(`http${tls === 'none' ? '' : 's'}://127.0.0.1:${port}`, { ca: certificate.ca })
  const seen = { status: 0, body: '', isEnded: false, isGone: false }
  let lookers: (() => void)[] = []
  const happen = (change: Partial<typeof seen>) => {
    Object.assign(seen, change)
    for (const look of [...lookers]) look()
  }
  session.on('error', () => {})
  session.on('close', () => happen({ isGone: true }))
  const stream = session.request({ ':method': 'POST', ':path': '/send' })
  stream.on('error', () => {})
  stream.on('response', headers => happen({ status: headers[':status'] ?? 0 }))
  stream.on('data', chunk => happen({ body: seen.body + chunk }))
  stream.on('end', () => happen({ isEnded: true }))
  stream.end(message)
  return {
    seen,
    /** Resolves once `isSo` holds. */
    until: (isSo: () => boolean) =>
      new Promise<void>(resolve => {
        const look = () => {
          if (!isSo()) return
          lookers = lookers.filter(other => other !== look)
          resolve()
        }
        lookers.push(look)
        look()
      }),
    [Symbol.dispose]: () => session.destroy(),
  }
}

async function openFaulty(spec: FaultSpec, tls: TlsMode) {
  const [clock, ledger] = [createManualClock(), createLedger()]
  const sink = await openHttpSink({
    host: '127.0.0.1',
    port: 0,
    tls,
    certificate,
    auth: 'off',
    sizeLimitBytes: 10_000,
    script: compileScript({ faults: [spec] }),
    draws: createDraws('http2'),
    clock,
    ledger,
  })
  const { port } = sink.endpoint
  return {
    clock,
    ask: () => ask(port, tls),
    /** Another's request, which finds the sink sound: by then whatever was to come has come. */
    async sound() {
      using other = ask(port, tls)
      await other.until(() => other.seen.isEnded)
      expect(other.seen).toMatchObject({ status: 202, isEnded: true })
      return other.seen.body
    },
    taken: () => ledger.summary().taken,
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  }
}

for (const tls of ['none', 'implicit'] as const) {
  describe(`faults over HTTP/2, with TLS ${tls}`, () => {
    const steps = ['head', 'body', 'content'] as const
    it.each(steps.flatMap(at => (['reset', 'end', 'half_close'] as const).map(kind => [at, kind] as const)))(
      'at %s: %s ends the connection without an answer',
      async (at, kind) => {
        await using bench = await openFaulty({ at, do: kind, first: 1 }, tls)
        using client = bench.ask()
        await client.until(() => client.seen.isGone)
        expect(client.seen).toMatchObject({ status: 0, body: '' })
        expect(bench.taken()).toBe(0)
      },
    )

    it.each(steps)('at %s: silence keeps it, and says nothing', async at => {
      await using bench = await openFaulty({ at, do: 'silence', first: 1 }, tls)
      using client = bench.ask()
      for (let round = 0; round < 2; round++) await bench.sound()
      expect(client.seen).toEqual({ status: 0, body: '', isEnded: false, isGone: false })
      expect(bench.taken()).toBe(2)
    })

    it.each(steps)('at %s: stall answers in the end', async at => {
      await using bench = await openFaulty({ at, do: 'stall', for: '2s', first: 1 }, tls)
      using client = bench.ask()
      await bench.clock.asleep(1)
      await bench.sound()
      expect(client.seen).toMatchObject({ status: 0, isGone: false })
      bench.clock.advance(2 * NS_PER_S)
      await client.until(() => client.seen.isEnded)
      expect(client.seen.status).toBe(202)
    })

    it.each(steps)('at %s: unavailable is a 503, and good-bye', async at => {
      await using bench = await openFaulty({ at, do: 'unavailable', first: 1 }, tls)
      using client = bench.ask()
      await client.until(() => client.seen.isGone)
      expect(client.seen).toMatchObject({ status: 503, isEnded: true })
      expect(bench.taken()).toBe(0)
    })

    it.each(['reset', 'end', 'silence'] as const)('never acknowledges what it took, by %s', async by => {
      await using bench = await openFaulty({ at: 'content', do: 'unacknowledged', by, first: 1 }, tls)
      using client = bench.ask()
      if (by === 'silence') await bench.sound()
      else await client.until(() => client.seen.isGone)
      expect(client.seen.status).toBe(0)
      expect(bench.taken()).toBe(by === 'silence' ? 2 : 1)
    })

    it('drips the body of a reply', async () => {
      await using bench = await openFaulty({ at: 'content', do: 'drip', for: '2s', first: 1 }, tls)
      using client = bench.ask()
      await bench.clock.asleep(1)
      const { length } = await bench.sound()
      for (let waits = 1; waits < length; waits++) {
        await bench.clock.asleep(waits)
        expect(client.seen.isEnded).toBe(false)
        bench.clock.advance(2 * NS_PER_S)
      }
      await client.until(() => client.seen.isEnded)
      expect(client.seen.body).toHaveLength(length)
    })

    it('breaks a reply off in the middle', async () => {
      await using bench = await openFaulty({ at: 'content', do: 'truncate', first: 1 }, tls)
      using client = bench.ask()
      await client.until(() => client.seen.isGone)
      const { length } = await bench.sound()
      expect(client.seen.isEnded).toBe(false)
      expect(client.seen.body.length).toBeLessThan(length)
      expect(bench.taken()).toBe(2)
    })

    it('writes garbage between frames, which no client survives', async () => {
      await using bench = await openFaulty({ at: 'content', do: 'garbage', first: 1 }, tls)
      using client = bench.ask()
      await client.until(() => client.seen.isGone)
      expect(client.seen.isEnded).toBe(false)
      expect(bench.taken()).toBe(1)
    })

    it('goes on without end', async () => {
      await using bench = await openFaulty({ at: 'content', do: 'endless', first: 1 }, tls)
      using client = bench.ask()
      await client.until(() => client.seen.body.length > 300_000)
      expect(client.seen).toMatchObject({ isEnded: false, isGone: false })
    })

    it('answers a stream once, whatever is to be repeated (RFC 9113 §8.1)', async () => {
      await using bench = await openFaulty({ at: 'content', do: 'repeat', first: 1 }, tls)
      using client = bench.ask()
      await client.until(() => client.seen.isEnded)
      expect(client.seen.status).toBe(202)
      // Two of them would be no JSON.
      expect(JSON.parse(client.seen.body)).toEqual({ id: expect.any(String) })
    })
  })
}
