import { createLogUpdate } from 'log-update'
import { createColors } from 'picocolors'
import { type Nanoseconds, NS_PER_MS } from '../clock.ts'
import { plainText } from '../run-store/text.ts'
import { isAdmitted } from '../trial/condition.ts'
import type { Planned } from '../trial/planned.ts'
import { type LiveView, liveFrame } from './live-frame.ts'
import { LiveTrial, type Tails } from './live-trial.ts'
import { failuresOf, type Progress, type ProgressOptions, roundsOf, stageOf } from './progress.ts'
import { RunWatch } from './run-watch.ts'

/** Four frames a second: each takes a quarter of a millisecond of the loop that also measures. */
const REFRESH_NS = 250 * NS_PER_MS

const notes = {
  measure: '',
  floor: 'what the harness itself costs',
  anatomy: 'counts round trips, one message at a time',
} as const

/** Lines that are redrawn in place. */
export function liveProgress({ planned, clock, stream }: ProgressOptions): Progress {
  const draw = createLogUpdate(stream)
  const colors = createColors(stream.hasColors())
  const rounds = roundsOf(planned)
  const counted = new LiveTrial()
  const trends = new Map<string, Tails>()
  const inAll = { failed: 0, inDoubt: 0 }
  const watch = new RunWatch(planned, clock)
  let current: Planned | undefined

  function trendOf(label: string): Tails {
    const known = trends.get(label) ?? { p50Ns: [], p99Ns: [] }
    trends.set(label, known)
    return known
  }

  function viewOf(current: Planned, nowNs: Nanoseconds): LiveView {
    const { trial, condition, purpose } = current
    const { ended, inDoubt, isWarmUp, bySecond } = counted
    const refusedAsPlanned = isAdmitted(condition) ? 0 : counted.rejected
    const failed = counted.failed - refusedAsPlanned
    const part = counted.part(condition, nowNs)
    const counts = purpose === 'measure' && !isWarmUp
    return {
      stage: stageOf(current, rounds),
      trial,
      trials: planned.length,
      leftNs: watch.leftNs(part),
      label: condition.label,
      note: purpose === 'measure' && isWarmUp ? 'warm-up' : notes[purpose],
      part,
      ended,
      messages: Number.isSafeInteger(condition.messages + 1) ? condition.messages : undefined,
      rateHz: counted.rateHz(condition, nowNs),
      p50Ns: counted.percentileNs(0.5),
      p99Ns: counted.percentileNs(0.99),
      failed,
      refusedAsPlanned,
      inDoubt,
      failedInAll: inAll.failed + (counts ? failed : 0),
      inDoubtInAll: inAll.inDoubt + (counts ? inDoubt : 0),
      byRound: trendOf(condition.label),
      bySecond,
    }
  }

  function render(): void {
    if (!current) return draw('rehearsal, of which nothing is kept')
    const nowNs = clock.nowNs()
    counted.tick(nowNs)
    draw(liveFrame(viewOf(current, nowNs), stream.columns, colors))
  }

  // The first frame takes a hundred times as long as any other, so it is drawn before anything is measured.
  render()
  const timer = clock.every(REFRESH_NS, render)
  const say = (line: string) => draw.persist(plainText(line))
  return {
    say,
    trialStarted(started) {
      current = started
      watch.started(started)
      counted.begin(clock.nowNs())
    },
    sample(sample, measured) {
      watch.sample(sample)
      counted.count(sample, measured)
    },
    trialEnded(ended, row) {
      const { purpose, condition } = ended
      const notice = watch.ended(ended, row)
      if (notice !== undefined) say(notice)
      if (purpose !== 'measure') return
      inAll.failed += failuresOf(row).failed
      inAll.inDoubt += row.in_doubt
      const { p50Ns, p99Ns } = trendOf(condition.label)
      const nsOf = (spanMs: number | null) => (spanMs === null ? null : spanMs * NS_PER_MS)
      p50Ns.push(nsOf(row.latency_p50_ms))
      p99Ns.push(nsOf(row.latency_p99_ms))
    },
    [Symbol.dispose]() {
      timer[Symbol.dispose]()
      draw.clear()
      draw.done()
    },
  }
}
