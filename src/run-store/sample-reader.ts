import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse'
import { messageOf, UsageError } from '../errors.ts'
import { type SampleRow, sampleRow } from './schema.ts'
import { plainText } from './text.ts'

const FILE = 'samples.csv.gz'
const MESSAGE_MAX = 200

const texts: ReadonlySet<string> = new Set<keyof SampleRow>([
  'message_id',
  'outcome',
  'phase',
  'cause',
  'enhanced_code',
])

/** What keeps a spreadsheet from running a cell as a formula is no part of it (csv.ts). */
const bare = (cell: string) => (/^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell)

function cellValue(column: string, cell: string): string | number | null {
  if (cell === '') return null
  return texts.has(column) ? bare(cell) : Number(cell)
}

/**
 * Every kept submission of a run, in the order of its trials, one at a time: a million of them never stand in memory.
 * @throws UsageError when the run kept none, or its file is damaged
 */
export async function* readSamples(dir: string): AsyncGenerator<SampleRow> {
  const path = join(dir, FILE)
  await access(path).catch(error => {
    throw new UsageError(`"${dir}" keeps no submissions: run the plan with --samples`, { cause: error })
  })
  const columns = Object.keys(sampleRow.shape)
  // Its end, good or bad, is met by who reads its last stream.
  const rows = pipeline(createReadStream(path), createGunzip(), parse({ from_line: 2 }), () => {})
  try {
    for await (const cells of rows as AsyncIterable<string[]>) {
      yield sampleRow.parse(
        Object.fromEntries(columns.map((column, i) => [column, cellValue(column, cells[i] ?? '')])),
      )
    }
  } catch (error) {
    throw new UsageError(`${FILE} in "${dir}" is damaged (${plainText(messageOf(error), MESSAGE_MAX)})`, {
      cause: error,
    })
  }
}
