import { short } from '../figure-text.ts'
import type { TrialRow } from '../run-store/schema.ts'
import { plainText } from '../run-store/text.ts'
import { failuresOf, type Progress, type ProgressOptions, roundsOf, stageOf } from './progress.ts'
import { RunWatch } from './run-watch.ts'
import { formatLeft } from './time-left.ts'

const count = (value: number) => value.toLocaleString('en-US')

/** What became of the submissions of some trials. */
function fateOf(rows: readonly TrialRow[]): string {
  const sum = (figureOf: (row: TrialRow) => number) => rows.reduce((total, row) => total + figureOf(row), 0)
  const [failed, refused] = [sum(row => failuresOf(row).failed), sum(row => failuresOf(row).refusedAsPlanned)]
  const [accepted, attempted] = [sum(row => row.accepted), sum(row => row.attempted)]
  return `${count(accepted)} of ${count(attempted)} accepted, ${count(failed)} failed, ${count(sum(row => row.in_doubt))} in doubt${refused > 0 ? `, ${count(refused)} refused as planned` : ''}`
}

/**
 * For files and pipes: one line when a round has ended, with what failed in it and the time left; one line a trial
 * where there is but one round; and at once one for each trial that is invalid, and for a server that accepts nothing.
 */
export function plainProgress({ planned, clock, stream }: ProgressOptions): Progress {
  const rounds = roundsOf(planned)
  const watch = new RunWatch(planned, clock)
  let rows: TrialRow[] = []

  const say = (line: string) => {
    stream.write(`${plainText(line)}\n`)
  }
  const left = () => `about ${formatLeft(watch.leftNs())} left`

  return {
    say,
    trialStarted(started) {
      watch.started(started)
    },
    sample(sample) {
      watch.sample(sample)
    },
    trialEnded(ended, row) {
      const { trial, condition, purpose } = ended
      rows.push(row)
      const notice = watch.ended(ended, row)
      if (notice !== undefined) say(`${notice}, ${left()}`)
      if (!row.valid) say(`trial ${trial}, ${condition.label}, is INVALID: ${row.invalid_because}`)
      const next = planned[trial]
      const stage = stageOf(ended, rounds)
      if (purpose === 'measure' && rounds === 1) {
        const p50 = row.latency_p50_ms === null ? '' : `, p50 ${short(row.latency_p50_ms)} ms`
        say(`${trial} of ${planned.length}  ${condition.label}: ${fateOf(rows)}${p50}, ${left()}`)
      } else if (next === undefined || stageOf(next, rounds) !== stage)
        say(
          `${stage}: ${rows.length === 1 ? '1 trial' : `${rows.length} trials`}, ${fateOf(rows)}, ${left()}`,
        )
      else return
      rows = []
    },
    [Symbol.dispose]() {},
  }
}
