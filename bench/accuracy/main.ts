/**
 * `npm run bench:accuracy`: how often `compare` is wrong on this machine, live. Each comparison is a run of three servers
 * in turns, ten repetitions each: one, one that is the same, and one that answers later by a tenth, while a neighbour
 * takes 30 % of a core. `--repeat N` says how many comparisons (20: ten minutes on a quiet machine), `--write` keeps the figures in
 * results/reference/accuracy.json.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Compared, compareRuns } from '../../src/gate/compare/compare.ts'
import { timedMetrics } from '../../src/gate/compare/metrics.ts'
import { readRun } from '../../src/run-store/reader.ts'
import type { StoredRun } from '../../src/run-store/stored-run.ts'
import type { Plan } from '../../src/trial/plan.ts'
import { runPlan } from '../../src/trial/run-plan.ts'
import { readArguments, runProgram } from '../arguments.ts'
import { ended, kept } from '../worker/children.ts'

const COMPARISONS = 20
const NEIGHBOUR_SHARE = 0.3

const server = (name: string, think: string) => ({
  name,
  smtp: 'sink' as const,
  api: 'sink' as const,
  script: { think },
})

const plan: Plan = {
  name: 'accuracy',
  repeat: 10,
  users: 10,
  messages: 150,
  warmup: 20,
  connection: 'reuse',
  skip_anatomy: true,
  targets: [server('one', '20ms'), server('same', '20ms'), server('later', '22ms')],
  conditions: [{ client: 'undici' }, { client: 'wire', transport: 'smtp' }],
}

/** What a run measured of one server, as a run of its own. */
function partOf(run: StoredRun, name: string): StoredRun {
  const trials = run.trials
    .filter(({ label }) => label.startsWith(`${name} `))
    .map(row => ({ ...row, target: 'sink', label: row.label.slice(name.length + 1) }))
  return { ...run, labels: [], trials }
}

const options = { metrics: timedMetrics, anyway: false, countedOnly: false, isBaseline: false }
const differs = ({ comparisons }: Compared) =>
  comparisons.some(({ verdict }) => verdict === 'worse' || verdict === 'better')
const isWorse = ({ comparisons }: Compared) => comparisons.some(({ verdict }) => verdict === 'worse')

async function measure(out: string, seed: string): Promise<StoredRun> {
  const { directory } = await runPlan({ ...plan, out, seed })
  return readRun(directory)
}

await runProgram(async () => {
  const { repetitions: comparisons, has } = readArguments([], COMPARISONS, ['write'])
  const out = mkdtempSync(join(tmpdir(), 'mailbench-accuracy-'))
  const neighbour = kept(fork(new URL('burn-main.ts', import.meta.url), [String(NEIGHBOUR_SHARE)]))
  const each: { load_average: number; alarm: boolean; found: boolean }[] = []
  const count = (what: 'alarm' | 'found') => each.filter(comparison => comparison[what]).length
  let environment: StoredRun['environment'] = {}
  try {
    for (let i = 1; i <= comparisons; i++) {
      const run = await measure(out, `accuracy/${i}`)
      const base = partOf(run, 'one')
      each.push({
        load_average: Number((loadavg()[0] ?? 0).toFixed(1)),
        alarm: differs(compareRuns([base], [partOf(run, 'same')], options)),
        found: isWorse(compareRuns([base], [partOf(run, 'later')], options)),
      })
      environment = run.environment
      console.log(
        `${i} of ${comparisons}: ${count('alarm')} false alarms, ${count('found')} found; load average ${each.at(-1)?.load_average}`,
      )
    }
  } finally {
    await ended(neighbour)
    rmSync(out, { recursive: true, force: true })
  }
  if (!has('write')) return
  const { cpu, cpus, platform, release, node, mailbench } = environment
  const figures = {
    command: 'npm run bench:accuracy -- --write',
    machine: { cpu, cpus, platform, release, node, mailbench },
    conditions: `undici and SMTP wire, 10 users, 150 messages a repetition, ten repetitions a side in turns; servers that think 20 ms, and 22 ms; a neighbour on ${NEIGHBOUR_SHARE * 100} % of a core`,
    comparisons,
    false_alarms: count('alarm'),
    found: count('found'),
    each,
  }
  const file = new URL('../../results/reference/accuracy.json', import.meta.url)
  writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`)
})
