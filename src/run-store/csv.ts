import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import type { z } from 'zod'
import { plainText } from './text.ts'

/** More digits than any figure here carries: a 3-digit histogram, counts of up to nine digits. */
const SIGNIFICANT_DIGITS = 9

/** Decimal digits without float noise (0.1 + 0.2 is 0.3) and without an exponent. @throws RangeError */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no figure: an empty cell is null`)
  if (Number.isInteger(value)) return BigInt(value).toString()
  const text = String(Number(value.toPrecision(SIGNIFICANT_DIGITS)))
  if (!text.includes('e')) return text
  const decimal = value.toFixed(15).replace(/\.?0+$/, '')
  return decimal === '-0' ? '0' : decimal
}

/** RFC 4180 with CRLF line ends (§2.1); text that a spreadsheet would run as a formula gets a leading `'`. */
function write(schema: z.ZodObject, rows: readonly object[], header: boolean): string {
  return stringify([...rows], {
    header,
    columns: Object.keys(schema.shape),
    record_delimiter: 'windows',
    escape_formulas: true,
    cast: {
      boolean: value => (value ? 'true' : 'false'),
      number: value => numberText(value),
      string: value => plainText(value),
    },
  })
}

/** The header row of a table. */
export function csvHeader(schema: z.ZodObject): string {
  return write(schema, [], true)
}

/** Rows without a header; `schema` names the columns and their order. */
export function csvRows<Row extends z.ZodObject>(schema: Row, rows: readonly z.infer<Row>[]): string {
  return rows.length === 0 ? '' : write(schema, rows, false)
}

const BATCH = 1000

/** Many rows in pieces, so that a million of them never stand in memory as one text. */
export function* csvBatches<Row extends z.ZodObject>(
  schema: Row,
  rows: Iterable<z.infer<Row>>,
): Generator<string> {
  let batch: z.infer<Row>[] = []
  for (const row of rows) {
    batch.push(row)
    if (batch.length < BATCH) continue
    yield csvRows(schema, batch)
    batch = []
  }
  if (batch.length > 0) yield csvRows(schema, batch)
}

/**
 * What `csvRows` wrote, header included: texts by column, an empty cell is null.
 * @throws Error naming the line, when the table is not whole or has other columns
 */
export function csvCells(schema: z.ZodObject, text: string): Readonly<Record<string, string | null>>[] {
  const columns = Object.keys(schema.shape)
  const [header = [], ...rows]: string[][] = parse(text, { bom: true, skip_empty_lines: true })
  if (header.join() !== columns.join()) throw new Error(`line 1 is not the header ${columns.join()}`)
  const plain = (cell: string | undefined) =>
    cell === undefined || cell === '' ? null : cell.replace(/^'(?=[=+\-@\t\r＝＋－＠])/, '')
  return rows.map(row => Object.fromEntries(columns.map((column, i) => [column, plain(row[i])])))
}
