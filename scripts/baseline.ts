/**
 * Records results/baseline/counted anew: `npm run baseline`, when what is counted changed on purpose. It holds what
 * does not vary with the machine, and nothing else, so that its diff is what changed.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readPlan } from '../src/cli/plan-source.ts'
import { checkValid } from '../src/gate/compare/sides.ts'
import { readRun } from '../src/run-store/reader.ts'
import { type TrialRow, trialRow } from '../src/run-store/schema.ts'
import { type StoredRun, storedRun } from '../src/run-store/stored-run.ts'
import { runPlan } from '../src/trial/run-plan.ts'

const PLAN = 'counted'
const target = new URL(`../results/baseline/${PLAN}/`, import.meta.url)

/** Figures that hold time, whatever their unit. */
const isTimed = (column: string) => /_ms$|_per_s$|_us_per_message$/.test(column) && column !== 'link_rtt_ms'
const octets = ['bytes_up_per_message', 'bytes_down_per_message']

function counted(row: TrialRow, trial: number): TrialRow {
  const kept = Object.entries(row).map(([column, value]) => {
    // The set-up of a new connection holds the machine's name, and signatures of another length each time.
    const isOfMachine = octets.includes(column) && row.connection === 'fresh'
    return [column, isTimed(column) || isOfMachine ? null : value]
  })
  return trialRow.parse({ ...Object.fromEntries(kept), run_id: PLAN, trial })
}

function baselineOf(run: StoredRun): StoredRun {
  const measured = run.trials
    .filter(({ purpose }) => purpose === 'measure')
    .sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : a.repetition - b.repetition))
  const trials = measured.map((row, i) => counted({ ...row, started_at: run.started_at }, i + 1))
  const empty = { checks: [], labels: [], phases: [], failures: [], injected: [], timeline: [], merges: [] }
  const planned = trials.map(({ label, repetition }) => ({ label, repetition }))
  const { mailbench, node, libraries } = run.environment
  return storedRun.parse({
    ...run,
    ...empty,
    run_id: PLAN,
    ended_at: run.started_at,
    command: `mailbench run ${PLAN}`,
    environment: { mailbench, node, libraries },
    planned,
    trials,
  })
}

const out = mkdtempSync(join(tmpdir(), 'mailbench-baseline-'))
try {
  const { directory } = await runPlan({ ...(await readPlan(PLAN)), out })
  const run = await readRun(directory)
  checkValid(run, 'no baseline')
  const { out: _, ...plan } = run.plan as Record<string, unknown>
  const baseline = baselineOf({ ...run, plan })
  mkdirSync(target, { recursive: true })
  writeFileSync(new URL('run.json', target), `${JSON.stringify(baseline, null, 1)}\n`)
  console.log(`${baseline.trials.length} labels recorded in results/baseline/${PLAN}`)
} finally {
  rmSync(out, { recursive: true, force: true })
}
