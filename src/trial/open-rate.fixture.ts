import { type Clock, NS_PER_MS, NS_PER_S, systemClock } from '../clock.ts'
import { constantRate, poisson, type Schedule } from '../load/schedule.ts'
import { loadTemplate } from '../message/corpus.ts'
import { generic } from '../provider/generic.ts'
import { createRandom } from '../random.ts'
import type { Bins } from '../run-store/bins.ts'
import { exponentialFit } from '../stats/anderson-darling.ts'
import { SpanHistogram } from '../stats/histogram.ts'
import { percentile } from '../stats/quantile.ts'
import { conditionsOf } from './condition.ts'
import { startFarSide } from './far-side.ts'
import { createSecrets } from './secrets.ts'
import { runTrial } from './trial.ts'

/** Open load that a wire client is to keep, and for how long. */
export interface OpenCase {
  readonly protocol: 'smtp' | 'http'
  readonly arrivals: 'constant' | 'poisson'
  readonly ratePerS: number
  readonly seconds: number
}

/** Start lags at the median and at the p99, milliseconds. */
interface Lags {
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface OpenOutcome {
  readonly scheduled: number
  readonly accepted: number
  readonly dropped: number
  /** Achieved rate over the rate of the planned arrivals. */
  readonly rateRatio: number
  readonly lags: Lags
  /** Of a bare loop that paces the same schedule, half of it before the trial and half after. */
  readonly bareLags: Lags
  /** That the planned gaps are exponential; undefined of a constant rate, whose gaps are all equal. */
  readonly fitP: number | undefined
  /** What the process came to hold between the first and the last tenth, after a collection of garbage. */
  readonly grownBytes: number
}

const SEED = 'open-rate'
const RUN = '0badcafe'
const WARM_UP_SECONDS = 1

const lagsOf = (bins: Bins): Lags => {
  const ms = (p: number) => (percentile(bins, p) ?? Number.NaN) / NS_PER_MS
  return { p50Ms: ms(0.5), p99Ms: ms(0.99) }
}

/** Waits for each due instant, and does nothing then: what the machine and the wait cost, without any load. */
async function paceBare(schedule: Schedule, spanNs: number, clock: Clock, lags: SpanHistogram) {
  const originNs = clock.nowNs()
  for (const offsetNs of schedule.arrivals(createRandom(SEED))) {
    if (offsetNs >= spanNs) return
    const dueNs = originNs + offsetNs
    if (clock.nowNs() < dueNs) await clock.until(dueNs)
    lags.record(Math.max(0, clock.nowNs() - dueNs))
  }
}

/** Living objects, and what they hold outside of the heap. */
function heldBytes(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Drives a wire client against a bare sink as a run does. For a process of its own, started with --expose-gc. */
export async function driveOpen({ protocol, arrivals, ratePerS, seconds }: OpenCase): Promise<OpenOutcome> {
  const [condition] = conditionsOf({
    ...(protocol === 'smtp' ? { smtp: 'sink' } : { api: 'sink' }),
    transport: protocol,
    client: 'wire',
    ...(protocol === 'http' && { mode: 'pipelined' }),
    tls: 'none',
    auth: false,
    rate: ratePerS,
    arrivals,
    duration: `${seconds}s`,
    warmup: `${WARM_UP_SECONDS}s`,
    max_in_flight: 20_000,
  })
  await using farSide = await startFarSide({
    listeners: [{ protocol, tls: 'none', auth: false }],
    script: {},
    seed: SEED,
  })
  const [endpoint] = farSide.endpoints
  if (!condition || !endpoint) throw new Error('no condition, or no sink')
  const { host, port } = endpoint
  const shared = { address: { host, port }, display: 'sink' }
  const schedule = arrivals === 'constant' ? constantRate(ratePerS) : poisson(ratePerS)
  const bare = new SpanHistogram()
  const halfNs = (seconds / 2) * NS_PER_S
  await paceBare(schedule, halfNs, systemClock, bare)
  let ended = 0
  const expected = ratePerS * seconds
  const looks = [Math.round(expected * 0.1), Math.round(expected * 0.9)]
  const held: number[] = []
  const { recording, pace } = await runTrial({
    condition,
    target:
      protocol === 'smtp' ? { protocol, ...shared, tls: 'none' } : { protocol, ...shared, encrypted: false },
    template: await loadTemplate({ sizeBytes: 1024 }, { run: RUN, trial: 1 }),
    trust: { insecure: false, resume: false },
    provider: generic,
    secrets: createSecrets(),
    clock: systemClock,
    random: createRandom(SEED),
    signal: new AbortController().signal,
    onSample(_sample, measured) {
      if (measured) ended += 1
      if (measured && looks.includes(ended)) held.push(heldBytes())
    },
  })
  await paceBare(schedule, halfNs, systemClock, bare)
  const { scheduled, accepted, dropped } = recording.figures
  const [early = 0, late = 0] = held
  return {
    scheduled,
    accepted,
    dropped,
    rateRatio: pace.dueSpanNs / pace.startSpanNs,
    lags: lagsOf(recording.startLag),
    bareLags: lagsOf(bare.bins()),
    fitP: arrivals === 'poisson' ? exponentialFit(pace.gapsNs, NS_PER_S / ratePerS).p : undefined,
    grownBytes: late - early,
  }
}
