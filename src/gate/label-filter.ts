import { UsageError } from '../errors.ts'
import { type ConditionColumn, conditionColumns, type LabelRow } from '../run-store/schema.ts'

/** Which labels something is about, as in `{transport:smtp,label:*rtt-20ms}`: those that match every term. */
export interface LabelFilter {
  readonly text: string
  readonly terms: readonly Term[]
}

interface Term {
  readonly column: Column
  readonly pattern: RegExp
}

type Column = 'label' | ConditionColumn
const columns: readonly Column[] = ['label', ...conditionColumns]

/** `link_rtt` is `link_rtt_ms`: the unit at the end of a column may be left out. */
const columnOf = (name: string) =>
  columns.find(column => [column, column.replace(/_(ms|per_s)$/, '')].includes(name.replaceAll('.', '_')))

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** `*` stands for anything; everything else for itself. */
export function globPattern(glob: string): RegExp {
  return new RegExp(`^${glob.split(/\*+/).map(literal).join('.*')}$`, 's')
}

const patternOf = (column: Column, glob: string) =>
  globPattern(column.endsWith('_ms') ? glob.replace(/(?<=\d) ?ms$/, '') : glob)

function termOf(name: string, value: string, text: string): Term {
  const column = columnOf(name)
  if (!column)
    throw new UsageError(
      `"${name}" in {${text}} is no column of a condition: known are ${columns.join(', ')}`,
    )
  return { column, pattern: patternOf(column, value.replace(/^"(.*)"$/s, '$1')) }
}

/**
 * Reads what stands between the braces: `COLUMN:VALUE`, several by commas. A value with a comma in it stands in quotes.
 * @throws UsageError
 */
export function parseLabelFilter(text: string): LabelFilter {
  const terms: Term[] = []
  const next = /\s*([\w.]+)\s*:\s*("[^"]*"|[^,"]+?)\s*(,|$)/y
  while (next.lastIndex < text.length) {
    const [, name = '', value = '', end] = next.exec(text) ?? []
    if (end === undefined || (end === ',' && next.lastIndex === text.length))
      throw new UsageError(
        `{${text}} is no filter: write {COLUMN:VALUE}, as in {transport:smtp,mode:pipelined}`,
      )
    terms.push(termOf(name, value, text))
  }
  if (terms.length === 0) throw new UsageError('{} filters nothing: leave it out')
  return { text, terms }
}

/** A cell that is empty matches nothing. */
const holds = ({ column, pattern }: Term, row: LabelRow) => {
  const value = row[column]
  return value !== null && pattern.test(String(value))
}

export const matches = ({ terms }: LabelFilter, row: LabelRow): boolean =>
  terms.every(term => holds(term, row))

const VALUES_SHOWN = 5

/** Why no label of these matches: the term that none fulfils, and what there is instead. */
export function whyNone({ text, terms }: LabelFilter, rows: readonly LabelRow[]): string {
  const unmet = terms.find(term => !rows.some(row => holds(term, row)))
  if (!unmet) return `no label matches all of {${text}}`
  const values = [...new Set(rows.map(row => row[unmet.column]).filter(value => value !== null))]
  const more = values.length > VALUES_SHOWN ? ` and ${values.length - VALUES_SHOWN} more` : ''
  const known = values.length === 0 ? 'empty' : values.slice(0, VALUES_SHOWN).join(', ') + more
  return `no label matches {${text}}: ${unmet.column} is ${known}`
}
