import { Command, Option } from 'commander'
import { UsageError } from '../errors.ts'
import { type Compared, type CompareOptions, compareLabels, compareRuns } from '../gate/compare/compare.ts'
import { withNoise } from '../gate/compare/metrics.ts'
import { InvalidRunError } from '../gate/compare/sides.ts'
import { readRun } from '../run-store/reader.ts'
import { plainText } from '../run-store/text.ts'
import { comparisonText, conclusionOf } from './comparison-text.ts'
import { print, printData } from './terminal.ts'

const STATUS = { regression: 1, invalid: 3 } as const

interface Flags {
  readonly labels?: readonly string[]
  readonly noise?: readonly string[]
  readonly counted?: true
  readonly baseline?: true
  readonly anyway?: true
  readonly all?: true
  readonly json?: true
}

/** `A B`, or `A1 A2 -- B1 B2`; commander takes the `--` away. @throws UsageError */
function sidesOf(folders: readonly string[], argv: readonly string[]): [base: string[], next: string[]] {
  const divider = argv.lastIndexOf('--')
  const nextCount = divider < 0 ? 1 : argv.length - divider - 1
  const base = folders.slice(0, folders.length - nextCount)
  const next = folders.slice(folders.length - nextCount)
  if (base.length === 0 || next.length === 0 || (divider < 0 && folders.length !== 2))
    throw new UsageError('compare: name two run directories, BASE NEW, or several each, BASE... -- NEW...')
  return [base, next]
}

async function compared(
  folders: readonly string[],
  flags: Flags,
  options: CompareOptions,
): Promise<Compared> {
  if (!flags.labels) {
    const [base, next] = sidesOf(folders, process.argv)
    const read = (names: readonly string[]) => Promise.all(names.map(readRun))
    return compareRuns(await read(base), await read(next), options)
  }
  const [folder, ...others] = folders
  const [base, next, ...more] = flags.labels
  if (
    folder === undefined ||
    others.length > 0 ||
    base === undefined ||
    next === undefined ||
    more.length > 0
  )
    throw new UsageError('--labels: name two labels of one run: compare RUN --labels BASE NEW')
  return compareLabels(await readRun(folder), [base, next], options)
}

async function compare(folders: readonly string[], flags: Flags): Promise<void> {
  const options: CompareOptions = {
    metrics: withNoise(flags.noise ?? []),
    anyway: flags.anyway === true,
    countedOnly: flags.counted === true,
    isBaseline: flags.baseline === true,
  }
  try {
    const result = await compared(folders, flags, options)
    const { comparisons, gone } = result
    if (flags.json === true) printData({ ...result, conclusion: conclusionOf(result) })
    else print(comparisonText(result, flags.all === true))
    if (gone.length > 0 || comparisons.some(({ verdict }) => verdict === 'worse'))
      process.exitCode = STATUS.regression
  } catch (error) {
    if (!(error instanceof InvalidRunError)) throw error
    console.error(`mailbench: ${plainText(error.message)}`)
    process.exitCode = STATUS.invalid
  }
}

/** `mailbench compare BASE NEW`: repetitions against repetitions, and a verdict on each figure. */
export function compareCommand(): Command {
  return new Command('compare')
    .description(
      'two runs, several of each, or two labels of one: what changed, and whether it is more than noise',
    )
    .argument('<runs...>', 'run directories: BASE NEW, or BASE... -- NEW...')
    .addOption(new Option('--labels <label...>', 'two labels of one run, compared round by round'))
    .addOption(new Option('--noise <share...>', 'changes that are none: 5%, or latency.p99=15%'))
    .addOption(new Option('--counted', 'only what does not vary with the machine: round trips, bytes, calls'))
    .addOption(
      new Option(
        '--baseline',
        'BASE is what must hold, of whatever plan: a label that is gone is a regression',
      ),
    )
    .addOption(new Option('--anyway', 'compare other plans, and times of other machines, all the same'))
    .addOption(new Option('--all', 'show what did not change as well'))
    .addOption(new Option('--json', 'the comparison as JSON on standard output, nothing else there'))
    .addHelpText(
      'after',
      '\nExit status: 1 when something is worse or gone, 2 for wrong usage,\n  3 when a run is invalid, otherwise 0.',
    )
    .action((folders: string[], flags: Flags) => compare(folders, flags))
}
