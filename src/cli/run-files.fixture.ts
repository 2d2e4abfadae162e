import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'

/** A CSV file of a run, read by a parser that is not ours: rows of another length are refused. */
export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly Readonly<Record<string, string>>[]
}

export async function readTable(dir: string, name: string): Promise<Table> {
  const bytes = await readFile(join(dir, name))
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const [header = [], ...cells]: string[][] = parse(text)
  return { header, rows: cells.map(row => Object.fromEntries(row.map((cell, i) => [header[i], cell]))) }
}

/** The rows of summary.csv that a plan asked for: a run measures the harness's floor as well. */
export function measuredIn(rows: Table['rows']): Table['rows'] {
  return rows.filter(({ purpose }) => purpose === 'measure')
}

/** The sum of a column, empty cells counting nothing. */
export function sumOf(rows: Table['rows'], column: string): number {
  return rows.reduce((sum, row) => sum + Number(row[column]), 0)
}
