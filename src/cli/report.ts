import { Command, Option } from 'commander'
import { UsageError } from '../errors.ts'
import { readMaterial } from '../report/material.ts'
import { writeReports } from '../report/write-reports.ts'
import { judgeThresholds, runText } from './print-run.ts'
import { print } from './terminal.ts'

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
    .addOption(new Option('--quiet', 'print nothing'))
    .action(async (runs: string[], { out, quiet }: { out?: string; quiet?: true }) => {
      const folder = folderOf(runs, out)
      const material = await readMaterial(runs, judgeThresholds)
      await writeReports(folder, material)
      if (quiet) return
      print(runText(material, process.stdout.columns))
      console.log(`Files: ${folder}`)
    })
}
