/**
 * `npm run bench:scale`: whether a message costs the same CPU time in a long trial as in a short one, and over
 * many connections as over few. `-- NAME` picks clients, `--repeat N` says how often; medians of ratios.
 */
import { UsageError } from '../../src/errors.ts'
import { median } from '../../src/stats/median.ts'
import { readArguments, runProgram } from '../arguments.ts'
import { cpuUsPerMessage, type Growth, growths } from './growth.ts'
import { type Subject, subjects } from './subjects.ts'

/** Besides its connections a process opens a few files. */
const FILES = Math.max(...growths.map(({ large }) => large.connections)) + 100

/** Node has already raised the soft limit to the hard one, for itself and for its children. */
function checkOpenFiles(): void {
  const report = process.report.getReport() as unknown as {
    userLimits?: { open_files?: { hard: number | string } }
  }
  const hard = report.userLimits?.open_files?.hard
  if (typeof hard === 'number' && hard < FILES)
    throw new UsageError(
      `${FILES} open files are needed, and the limit is ${hard}: ulimit -Hn ${FILES} as root`,
    )
}

const middle = (values: readonly number[]) => median([...values]) ?? Number.NaN

/** Small and large in turns, so that both meet the same machine. */
async function measure(subject: Subject, growth: Growth, repetitions: number): Promise<string> {
  const small: number[] = []
  const large: number[] = []
  for (let i = 0; i < repetitions; i++) {
    small.push(await cpuUsPerMessage(subject, growth.small))
    large.push(await cpuUsPerMessage(subject, growth.large))
  }
  const ratio = middle(large.map((value, i) => value / (small[i] as number)))
  const isKept = ratio >= growth.ratioAtLeast && ratio <= growth.ratioAtMost
  return [
    subject.name.padEnd(20),
    growth.name.padEnd(30),
    middle(small).toFixed(1).padStart(8),
    middle(large).toFixed(1).padStart(8),
    ratio.toFixed(2).padStart(8),
    `  ${growth.ratioAtLeast}-${growth.ratioAtMost}${isKept ? '' : ' !'}`,
  ].join('')
}

await runProgram(async () => {
  const { names, repetitions } = readArguments(
    subjects.map(({ name }) => name),
    3,
  )
  checkOpenFiles()
  console.log(`${'CPU us a message'.padEnd(20)}${'from'.padEnd(30)}   small   large   ratio  target`)
  for (const subject of subjects.filter(({ name }) => names.includes(name)))
    for (const growth of growths) console.log(await measure(subject, growth, repetitions))
})
