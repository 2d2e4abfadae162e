import { Command, Option } from 'commander'
import { UsageError } from '../errors.ts'
import { readMaterial } from '../report/material.ts'
import { writeReports } from '../report/write-reports.ts'
import { DOCTOR_FILE } from '../run-store/doctor-record.ts'
import { judgeThresholds, runText } from './print-run.ts'
import { print } from './terminal.ts'

interface Flags {
  readonly out?: string
  readonly doctor?: string
  readonly quiet?: true
}

/** Where the reports go: one run's into its own folder, unless another is named. @throws UsageError */
function folderOf(runs: readonly string[], out: string | undefined): string {
  const [first = ''] = runs
  if (out === '') throw new UsageError('--out: the folder is named by an empty word')
  if (out === undefined && runs.length > 1)
    throw new UsageError('--out: a report of several runs belongs to none of them: name a folder for it')
  return out ?? first
}

/** `mailbench report RUN…`: rebuilds every report from what is stored, and nothing else. */
export function reportCommand(): Command {
  return new Command('report')
    .description('rebuild the reports of stored runs; join several in one')
    .argument('<runs...>', 'run directories')
    .addOption(new Option('--out <dir>', 'where the reports go; by default into the run they are of'))
    .addOption(
      new Option(
        '--doctor <file>',
        `what doctor found, for the claims that no run settles; by default ${DOCTOR_FILE} in the run directories`,
      ),
    )
    .addOption(new Option('--quiet', 'print nothing'))
    .action(async (runs: string[], { out, doctor, quiet }: Flags) => {
      const folder = folderOf(runs, out)
      const material = await readMaterial(runs, judgeThresholds, doctor)
      await writeReports(folder, material)
      if (quiet) return
      print(runText(material, process.stdout.columns))
      console.log(`Files: ${folder}`)
    })
}
