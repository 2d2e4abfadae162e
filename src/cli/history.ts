import { Command, Option } from 'commander'
import { UsageError } from '../errors.ts'
import { InvalidRunError } from '../gate/compare/sides.ts'
import { readHistory, recordRun } from '../gate/history/history-file.ts'
import { recordedMetrics } from '../gate/history/row.ts'
import { type Trend, trendsOf } from '../gate/history/trend.ts'
import { globPattern } from '../gate/label-filter.ts'
import { readRun } from '../run-store/reader.ts'
import { currentCommit } from './commit.ts'
import { historyText } from './history-text.ts'
import { suggestion } from './nearest.ts'

const STATUS = { worse: 1, invalid: 3 } as const

/** Where histories are by default. */
export const HISTORY_FILE = 'results/history.csv'
const RUNS_SHOWN = 60

interface Flags {
  readonly file: string
  readonly plan?: string
  readonly label?: string
  readonly metric?: string
  readonly last: number
  readonly failWithin?: number
  readonly all?: true
  readonly json?: true
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new UsageError(`${flag}: must be a whole number of at least 1, and not "${text}"`)
  return value
}

/** `latency.p50` is `latency_p50_ms`, as in thresholds. @throws UsageError */
function metricOf(text: string): string {
  const name = text.replaceAll('.', '_')
  const metric = recordedMetrics.find(known =>
    [known, known.replace(/_(ms|per_s|per_message|us_per_message)$/, '')].includes(name),
  )
  if (metric === undefined)
    throw new UsageError(`--metric: "${text}" is in no history: ${suggestion(name, recordedMetrics)}`)
  return metric
}

/** True when something became worse in one of the latest runs of its series. */
function isFreshlyWorse({ runs, changes }: Trend, within: number): boolean {
  return changes.some(({ at, verdict }) => verdict === 'worse' && at >= runs.length - within)
}

async function show({ file, plan, label, metric, last, failWithin, all, json }: Flags): Promise<void> {
  const only = metric === undefined ? undefined : metricOf(metric)
  const rows = await readHistory(file)
  if (rows.length === 0)
    throw new UsageError(`--file: "${file}" holds no run: record some with run --history ${file}`)
  const pattern = label === undefined ? undefined : globPattern(label)
  const trends = trendsOf(
    rows.filter(
      row =>
        (plan === undefined || row.plan === plan) &&
        (only === undefined || row.metric === only) &&
        (pattern === undefined || pattern.test(row.label)),
    ),
    last,
  )
  if (trends.length === 0) throw new UsageError(`no row of "${file}" is of such a plan, label and metric`)
  if (json === true) console.log(JSON.stringify(trends, null, 2))
  else console.log(historyText(trends, all === true))
  if (failWithin !== undefined && trends.some(trend => isFreshlyWorse(trend, failWithin)))
    process.exitCode = STATUS.worse
}

async function add(folders: readonly string[], file: string, commit: string | undefined): Promise<void> {
  try {
    for (const folder of folders) {
      const { rows } = await recordRun(
        file,
        await readRun(folder),
        commit ?? (await currentCommit(process.env)),
      )
      console.log(rows === 0 ? `${folder} is in ${file} already` : `${rows} figures added to ${file}`)
    }
  } catch (error) {
    if (!(error instanceof InvalidRunError)) throw error
    console.error(`mailbench: ${error.message}`)
    process.exitCode = STATUS.invalid
  }
}

const fileOption = () => new Option('--file <file>', 'the history').default(HISTORY_FILE)

function addCommand(): Command {
  return new Command('add')
    .description('add stored runs to a history, each once')
    .argument('<runs...>', 'run directories')
    .addOption(fileOption())
    .addOption(
      new Option('--commit <id>', "what was measured; by default the CI server's, or this checkout's"),
    )
    .action((folders: string[], flags: { file: string; commit?: string }) =>
      add(folders, flags.file, flags.commit),
    )
}

/** `mailbench history`: the trend of what was recorded, and where it changed. */
export function historyCommand(): Command {
  return new Command('history')
    .description('the trend of recorded runs, with change points; `history add RUN` adds one')
    .enablePositionalOptions()
    .addOption(fileOption())
    .addOption(new Option('--plan <name>', 'only runs of plans of this name'))
    .addOption(new Option('--label <glob>', 'only these labels; * stands for anything'))
    .addOption(new Option('--metric <name>', 'only this figure, as latency.p50'))
    .addOption(
      new Option('--last <runs>', 'the latest runs that are looked at')
        .default(RUNS_SHOWN)
        .argParser(text => wholeNumber('--last', text)),
    )
    .addOption(
      new Option(
        '--fail-within <runs>',
        'status 1 when a figure became worse in the latest of these',
      ).argParser(text => wholeNumber('--fail-within', text)),
    )
    .addOption(new Option('--all', 'show figures that never varied as well'))
    .addOption(new Option('--json', 'every series with its changes as JSON, nothing else on standard output'))
    .addHelpText(
      'after',
      '\nExit status: 0; 1 with --fail-within; 2 for wrong usage;\n  3 when a run to be added is invalid.',
    )
    .addCommand(addCommand())
    .action((flags: Flags) => show(flags))
}
