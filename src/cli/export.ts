import { pipeline } from 'node:stream/promises'
import { Command, Option } from 'commander'
import { hasCode } from '../errors.ts'
import { jtl } from '../report/jtl.ts'
import { exportSamples, type SampleExport } from '../report/sample-export.ts'
import { samplesCsv } from '../report/samples-csv.ts'
import { vegetaCsv } from '../report/vegeta-csv.ts'
import { readRun } from '../run-store/reader.ts'
import { readSamples } from '../run-store/sample-reader.ts'

const formats = { jtl, 'vegeta-csv': vegetaCsv, csv: samplesCsv } as const satisfies Record<
  string,
  SampleExport
>
type Format = keyof typeof formats

/** `mailbench export RUN --format NAME`: the kept submissions, on standard output, as another tool reads them. */
export function exportCommand(): Command {
  return new Command('export')
    .description("a run's kept submissions in another tool's format, on standard output")
    .argument('<run>', 'a run directory, of a run with --samples')
    .addOption(
      new Option(
        '--format <name>',
        "jtl: JMeter's log; vegeta-csv: for vegeta report and plot; csv: all columns, for a data frame",
      )
        .choices(Object.keys(formats))
        .makeOptionMandatory(),
    )
    .action(async (dir: string, { format }: { format: Format }) => {
      const run = await readRun(dir)
      try {
        await pipeline(exportSamples(run, readSamples(dir), formats[format]), process.stdout, { end: false })
      } catch (error) {
        // A reader that has seen enough, as `head` has.
        if (!hasCode(error) || error.code !== 'EPIPE') throw error
      }
    })
}
