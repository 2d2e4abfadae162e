import { once } from 'node:events'
import { mkdtempDisposable } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { type Nanoseconds, NS_PER_MS, NS_PER_S, systemClock } from '../../clock.ts'
import { messageSpansNs, startCapture } from '../../trial/capture.fixture.ts'
import { startFarSide } from '../../trial/far-side.ts'
import { startMailbench, stored } from './mailbench.fixture.ts'

const MESSAGES = 4000
/**
 * As many as it takes until V8's compiler threads have no more to do: on two cores they keep the client waiting for
 * up to 3 ms a time, at 0.7 % of the first 10,000 messages.
 */
const WARMUP = 20_000
const NS_PER_US = 1000
/** What the client may add to the median beside what a bare socket does: two system calls, and the way to our code. */
const MEDIAN_BEYOND_MAX_NS = 60 * NS_PER_US
/** What it may add to the p99 besides the machine's stalls: its collections of garbage. */
const P99_BEYOND_MAX_NS = 300 * NS_PER_US

/** By nearest rank. */
function percentileNs(spansNs: readonly Nanoseconds[], p: number): Nanoseconds {
  const sorted = spansNs.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * p) - 1] ?? Number.NaN
}

/**
 * For how long a loop that does nothing else is kept from running, at the p99 of spans of `windowNs`: what the
 * machine, and nobody's code, adds to so many of the messages.
 */
function stallP99Ns(windowNs: Nanoseconds): Nanoseconds {
  const stallsNs: Nanoseconds[] = []
  let beforeNs = systemClock.nowNs()
  const endNs = beforeNs + NS_PER_S
  while (beforeNs < endNs) {
    const windowEndNs = beforeNs + windowNs
    let longestNs = 0
    while (beforeNs < windowEndNs) {
      const nowNs = systemClock.nowNs()
      longestNs = Math.max(longestNs, nowNs - beforeNs)
      beforeNs = nowNs
    }
    stallsNs.push(longestNs)
  }
  return percentileNs(stallsNs, 0.99)
}

const dialogues = {
  smtp: { flag: '--smtp', url: (port: number) => `smtp://127.0.0.1:${port}?tls=none`, begins: /^MAIL / },
  http: { flag: '--api', url: (port: number) => `http://127.0.0.1:${port}/send`, begins: /^POST / },
} as const

/** One user's messages over one connection, as the run reports them and as the capture has them. */
async function measured(protocol: keyof typeof dialogues, mode: string) {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'mailbench-capture-'))
  await using farSide = await startFarSide({
    listeners: [{ protocol, tls: 'none', auth: false }],
    script: {},
    seed: 'capture',
  })
  const port = farSide.endpoints[0]?.port ?? 0
  await using capture = await startCapture(port)
  const { flag, url, begins } = dialogues[protocol]
  const { ended, summary } = await stored(
    startMailbench(
      ...['run', flag, url(port), '--client', 'wire', '--mode', mode, '--size', '1kb', '--users', '1'],
      ...['--messages', String(MESSAGES), '--warmup', String(WARMUP), '--repeat', '1'],
      ...['--samples', '--json', '--quiet', '--out', folder.path],
    ),
  )
  expect(ended).toMatchObject({ status: 0, stderr: '' })
  return { reported: summary[0], spansNs: messageSpansNs(await capture.end(), begins).slice(-MESSAGES) }
}

/** How much longer than its packets an exchange takes for a bare socket, at the median: Node's share, and the kernel's. */
async function bareBeyondNs(): Promise<Nanoseconds> {
  await using farSide = await startFarSide({
    listeners: [{ protocol: 'smtp', tls: 'none', auth: false }],
    script: {},
    seed: 'capture',
  })
  const port = farSide.endpoints[0]?.port ?? 0
  await using capture = await startCapture(port)
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await once(socket, 'data')
  const spansNs: Nanoseconds[] = []
  for (let exchange = 0; exchange < MESSAGES + 1000; exchange++) {
    const startNs = systemClock.nowNs()
    socket.write('NOOP\r\n')
    await new Promise<void>(resolve => socket.once('data', () => resolve()))
    spansNs.push(systemClock.nowNs() - startNs)
  }
  socket.end('QUIT\r\n')
  await once(socket, 'close')
  const wireNs = messageSpansNs(await capture.end(), /^NOOP/)
  expect(wireNs).toHaveLength(spansNs.length)
  return percentileNs(spansNs.slice(-MESSAGES), 0.5) - percentileNs(wireNs.slice(-MESSAGES), 0.5)
}

let bareMedianBeyondNs: Nanoseconds
beforeAll(async () => {
  bareMedianBeyondNs = await bareBeyondNs()
})

// On a machine that others use, a client waits for a processor and the kernel that stamps packets does not: again, then.
it.each([
  ['smtp', 'lockstep'],
  ['smtp', 'pipelined'],
  ['smtp', 'chunked'],
  ['http', 'lockstep'],
] as const)(
  'the latency that the wire client reports is that of its packets: %s, %s',
  { retry: 2 },
  async (protocol, mode) => {
    const { reported, spansNs } = await measured(protocol, mode)
    expect(spansNs).toHaveLength(MESSAGES)
    const medianNs = percentileNs(spansNs, 0.5)
    const medianBeyondNs = Number(reported?.latency_p50_ms) * NS_PER_MS - medianNs
    expect(Math.abs(medianBeyondNs)).toBeLessThanOrEqual(bareMedianBeyondNs + MEDIAN_BEYOND_MAX_NS)
    const p99BeyondNs = Number(reported?.latency_p99_ms) * NS_PER_MS - percentileNs(spansNs, 0.99)
    expect(Math.abs(p99BeyondNs)).toBeLessThanOrEqual(stallP99Ns(medianNs) + P99_BEYOND_MAX_NS)
  },
)
