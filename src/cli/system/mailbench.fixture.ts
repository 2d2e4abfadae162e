import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { readRun } from '../../run-store/reader.ts'
import type { SampleRow, TrialRow } from '../../run-store/schema.ts'
import type { StoredRun } from '../../run-store/stored-run.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** Starts a program; what it prints is kept. */
export function start(program: string, args: readonly string[]): Started {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text
    })
  }
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, ...printed }))
  return { child, ended }
}

/** The command line, in a process of its own as users start it. */
export const startMailbench = (...args: string[]) => start(process.execPath, [main, ...args])

/** A row of a CSV file as it stands there: texts by column. */
export type Cells<Row> = Readonly<Record<keyof Row, string>>

export interface StoredFiles {
  readonly ended: Ended
  readonly dir: string
  readonly run: StoredRun
  /** The trials that the plan asked for, without the floors. */
  readonly summary: readonly Cells<TrialRow>[]
  readonly samples: readonly Cells<SampleRow>[]
}

const rowsOf = <Row>(csv: Buffer) => parse(csv, { columns: true }) as Cells<Row>[]

/** Waits for `mailbench run … --json --samples` to end, and reads what it stored. */
export async function stored({ ended }: Started): Promise<StoredFiles> {
  const result = await ended
  if (!result.stdout.startsWith('{')) throw new Error(`no summary was printed: ${result.stderr}`)
  const { directory: dir } = JSON.parse(result.stdout) as { directory: string }
  const rows = rowsOf<TrialRow>(await readFile(join(dir, 'summary.csv')))
  return {
    ended: result,
    dir,
    run: await readRun(dir),
    summary: rows.filter(({ purpose }) => purpose === 'measure'),
    samples: rowsOf<SampleRow>(gunzipSync(await readFile(join(dir, 'samples.csv.gz')))),
  }
}
