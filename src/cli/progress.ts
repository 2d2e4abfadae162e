import { createLogUpdate } from 'log-update'
import colors from 'picocolors'
import { type Clock, type Nanoseconds, NS_PER_MS, NS_PER_S } from '../clock.ts'
import type { TrialRow } from '../run-store/schema.ts'
import type { Sample } from '../sample.ts'
import { SpanHistogram } from '../stats/histogram.ts'
import type { CampaignObserver } from '../trial/campaign.ts'
import type { Planned } from '../trial/planned.ts'
import { predictNs } from '../trial/predict.ts'

export interface Progress extends CampaignObserver, Disposable {}

interface ProgressOptions {
  readonly planned: readonly Planned[]
  readonly clock: Clock
  readonly stream: NodeJS.WriteStream
}

const REFRESH_NS = 100 * NS_PER_MS
const BAR = 24

const ms = (spanNs: Nanoseconds | undefined) => (spanNs === undefined ? '-' : (spanNs / NS_PER_MS).toFixed(2))

/** `1:05`, minutes and seconds. */
export function formatLeft(spanNs: Nanoseconds): string {
  const seconds = Math.max(0, Math.round(spanNs / NS_PER_S))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Floors are short, and predict nothing of the trials. */
const total = (planned: readonly Planned[]) =>
  planned
    .filter(({ purpose }) => purpose === 'measure')
    .reduce((sum, { condition }) => sum + predictNs(condition), 0)

/** Time left: what was predicted for the rest, scaled by how far the prediction was off so far. */
export function timeLeftNs(planned: readonly Planned[], done: number, elapsedNs: Nanoseconds): Nanoseconds {
  const predictedNs = total(planned.slice(0, done))
  const scale = predictedNs === 0 || elapsedNs === 0 ? 1 : elapsedNs / predictedNs
  return total(planned.slice(done)) * scale
}

/** One line a trial, for files and pipes. */
function plainProgress({ planned, stream }: ProgressOptions): Progress {
  return {
    trialStarted() {},
    sample() {},
    trialEnded({ trial, condition }, row) {
      stream.write(`${trial}/${planned.length}  ${condition.label}  ${outcomeOf(row)}\n`)
    },
    [Symbol.dispose]() {},
  }
}

function outcomeOf(row: TrialRow): string {
  const { accepted, attempted, throughput_per_s: rate, latency_p50_ms: p50 } = row
  const figures = p50 === null ? '' : `  p50 ${p50.toFixed(2)} ms  ${Math.round(rate ?? 0)} msg/s`
  return `${accepted}/${attempted} accepted${figures}${row.valid ? '' : `  INVALID: ${row.invalid_because}`}`
}

/** Lines that are redrawn in place: trial, rate, percentiles so far, failures, time left. */
function liveProgress({ planned, clock, stream }: ProgressOptions): Progress {
  const draw = createLogUpdate(stream)
  /** Of the first trial that is no floor: neither they nor the rehearsal tell how fast the trials go. */
  let beganNs: Nanoseconds | undefined
  const latency = new SpanHistogram()
  let current: Planned | undefined
  let sinceNs = clock.nowNs()
  let ended = 0
  let failed = 0
  let phase = 'warm-up'

  function render(): void {
    if (!current) return draw(`${colors.cyan(`[${'.'.repeat(BAR)}]`)} rehearsal, of which nothing is kept`)
    const { trial, condition } = current
    const nowNs = clock.nowNs()
    const done = trial - 1
    const filled = Math.round((done / planned.length) * BAR)
    const bar = '#'.repeat(filled) + '.'.repeat(BAR - filled)
    const rate = ended / Math.max(1e-3, (nowNs - sinceNs) / NS_PER_S)
    const left = `  ${formatLeft(timeLeftNs(planned, done, nowNs - (beganNs ?? nowNs)))} left`
    const failures = `${failed} failed`
    draw(
      [
        `${colors.cyan(`[${bar}]`)} trial ${trial} of ${planned.length}${left}`,
        `  ${colors.bold(condition.label)}  ${phase}`,
        `  ${Math.round(rate)} msg/s  p50 ${ms(latency.percentileNs(0.5))}  p99 ${ms(latency.percentileNs(0.99))} ms  ${failed > 0 ? colors.red(failures) : failures}`,
      ].join('\n'),
    )
  }

  const timer = clock.every(REFRESH_NS, render)
  return {
    trialStarted(started) {
      current = started
      if (started.purpose === 'measure') beganNs ??= clock.nowNs()
      latency.reset()
      ended = 0
      failed = 0
      phase = 'warm-up'
      sinceNs = clock.nowNs()
    },
    sample({ dueNs, endNs, reply }: Sample, measured) {
      if (measured && phase === 'warm-up') {
        phase = ''
        sinceNs = dueNs
        ended = 0
      }
      ended += 1
      if (reply.outcome === 'accepted') latency.record(endNs - dueNs)
      else failed += 1
    },
    trialEnded() {},
    [Symbol.dispose]() {
      timer[Symbol.dispose]()
      draw.clear()
      draw.done()
    },
  }
}

const silentProgress: Progress = {
  trialStarted() {},
  sample() {},
  trialEnded() {},
  [Symbol.dispose]() {},
}

/** Live on a terminal, plain lines elsewhere, nothing when quiet. Always on standard error. */
export function createProgress(options: ProgressOptions, quiet: boolean): Progress {
  if (quiet) return silentProgress
  return options.stream.isTTY ? liveProgress(options) : plainProgress(options)
}
