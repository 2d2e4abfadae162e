import { type Clock, NS_PER_MS, NS_PER_S } from '../../clock.ts'
import { machineOf } from '../../run-store/machine.ts'
import type { DrivenRate, FloorTrial, MachineFloor } from '../../run-store/machine-floor.ts'
import { describeEnvironment } from '../environment.ts'
import type { Measured } from '../trial.ts'
import { clockResolutionNs, watchVitals } from '../vitals.ts'
import { type FloorBench, openFloorBench } from './bench.ts'
import { highestRate } from './highest-rate.ts'
import { machineSpeed } from './speed.ts'
import { latenessOf, spreadOf } from './spread.ts'
import { closedSubjects, openSubject } from './subjects.ts'

/** What a start may be late at the p99: a tenth of a network of 10 ms, the share that checks.ts allows. */
const LAG_LIMIT_MS = 1
const RATE_TOLERANCE = 0.01
/** The lowest rate that is tried gives 400 starts in the time of one. */
const RATE_FROM_PER_S = 1000
const RATE_SPAN_NS = 0.4 * NS_PER_S
/** The search for the highest rate ends after this, wherever it is. */
const SEARCH_NS_MAX = 5 * NS_PER_S

export interface FloorOptions {
  readonly clock: Clock
  /** Ends it early: nothing that is half is to be saved then. */
  readonly signal: AbortSignal
  /** Told what is measured next. */
  readonly onStep: (words: string) => void
}

/** Why the schedule was not kept; null when it was. */
function faultOf({ pace, recording }: Measured): string | null {
  const { dropped, start_lag_p99_ms: lagMs, accepted, scheduled } = recording.figures
  if (dropped > 0) return `${dropped} of ${scheduled} dropped`
  if (accepted < scheduled) return `${scheduled - accepted} of ${scheduled} not accepted`
  if (lagMs === null) return 'too few starts'
  if (lagMs > LAG_LIMIT_MS) return `starts late by ${lagMs} ms at the p99`
  const stretchNs = Math.abs(pace.startSpanNs - pace.dueSpanNs)
  return stretchNs > Math.max(RATE_TOLERANCE * pace.dueSpanNs, LAG_LIMIT_MS * NS_PER_MS)
    ? 'starts took longer than their schedule'
    : null
}

async function openLimit(bench: FloorBench, { clock, signal }: FloorOptions): Promise<MachineFloor['open']> {
  const endNs = clock.nowNs() + SEARCH_NS_MAX
  const drive = async (ratePerS: number): Promise<DrivenRate> => {
    const { measured } = await bench.measure(openSubject(ratePerS, RATE_SPAN_NS))
    const because = faultOf(measured)
    return {
      rate_per_s: ratePerS,
      ok: because === null,
      start_lag_p99_ms: measured.recording.figures.start_lag_p99_ms,
      because,
    }
  }
  const isOver = () => signal.aborted || clock.nowNs() >= endNs
  const { ratePerS, tried } = await highestRate(drive, RATE_FROM_PER_S, isOver)
  return { rate_per_s: ratePerS, start_lag_p99_limit_ms: LAG_LIMIT_MS, tried: [...tried] }
}

async function clients(bench: FloorBench, { signal, onStep }: FloorOptions): Promise<FloorTrial[]> {
  const rows: FloorTrial[] = []
  for (const condition of closedSubjects()) {
    if (signal.aborted) break
    onStep(condition.label)
    rows.push((await bench.measure(condition)).row)
  }
  return rows
}

/** Measures what this machine can do at best, in about ten seconds. */
export async function measureFloor(options: FloorOptions): Promise<MachineFloor> {
  const { clock, signal, onStep } = options
  const environment = describeEnvironment({ tlsResume: false })
  onStep('clock and timers')
  const endVitals = watchVitals()
  const timers = await spreadOf(
    latenessOf(atNs => clock.sleep(atNs - clock.nowNs(), signal), clock),
    { clock, signal },
  )
  const { loop_delay_p99_ms, loop_delay_max_ms } = endVitals()
  const pacing = await spreadOf(
    latenessOf(atNs => clock.until(atNs, signal), clock),
    { clock, signal },
  )
  onStep('sockets')
  const speed = await machineSpeed(clock, signal)
  await using bench = await openFloorBench(clock, signal)
  const trials = await clients(bench, options)
  onStep('open load')
  const open = await openLimit(bench, options)
  return {
    version: 1,
    taken_at: new Date(clock.wallMs()).toISOString(),
    machine: machineOf(environment),
    environment,
    clock_resolution_ns: clockResolutionNs(clock),
    timers,
    pacing,
    loop_delay_p99_ms,
    loop_delay_max_ms,
    ...speed,
    trials,
    open,
  }
}
