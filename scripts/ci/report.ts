/**
 * `node scripts/ci/report.ts FOLDER [RUN]`: what scripts/ci/action.sh left in FOLDER, as annotations on standard output,
 * as the step's summary, and as its outputs.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { plainText } from '../../src/run-store/text.ts'
import { annotationsOf, complaintsOf, type Outcome, stepSummary } from './github.ts'

const [folder = '.', run] = process.argv.slice(2)

function textOf(path: string): string | undefined {
  const text = existsSync(path) ? readFileSync(path, 'utf8').trim() : ''
  return text === '' ? undefined : text
}

function jsonOf(name: string): unknown {
  const text = textOf(join(folder, name))
  return text === undefined ? undefined : JSON.parse(text)
}

const errors = ['run.err', 'compare.err', 'history.err'].flatMap(name =>
  (textOf(join(folder, name)) ?? '')
    .split('\n')
    .filter(line => line.startsWith('mailbench: '))
    .map(line => line.slice('mailbench: '.length)),
)
const outcome: Outcome = {
  run: jsonOf('run.json') as Outcome['run'],
  compared: jsonOf('compare.json') as Outcome['compared'],
  errors,
}
const complaints = complaintsOf(outcome)
for (const line of annotationsOf(complaints)) console.log(line)

const report = run === undefined ? undefined : textOf(join(run, 'summary.md'))
const summary = stepSummary({ ...outcome, report, trend: textOf(join(folder, 'history.txt')) })
const { GITHUB_STEP_SUMMARY, GITHUB_OUTPUT } = process.env
if (GITHUB_STEP_SUMMARY) appendFileSync(GITHUB_STEP_SUMMARY, `${summary}\n`)
const conclusion = outcome.compared?.conclusion ?? complaints[0] ?? 'Nothing is wrong.'
if (GITHUB_OUTPUT) appendFileSync(GITHUB_OUTPUT, `conclusion=${plainText(conclusion)}\n`)
