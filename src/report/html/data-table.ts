import { NONE, short } from '../../figure-text.ts'
import { type Content, html, type Markup } from './markup.ts'

export type Value = string | number | null | Markup

export interface DataTable {
  readonly caption: string
  /** Units stand in the heads. */
  readonly heads: readonly string[]
  readonly rows: readonly (readonly Value[])[]
  /** What stands below instead of the rows beyond the limit. */
  readonly limit?: number
}

/** More rows make a page slow, and nobody reads them there: the CSV files hold all. */
export const TABLE_ROWS_MAX = 200

const isCount = (value: number) => Number.isInteger(value)

function cell(value: Value): Content {
  if (value === null) return NONE
  if (typeof value !== 'number') return value
  return isCount(value) ? value.toLocaleString('en-US') : short(value)
}

/** Figures line up by their last digit, written out or not: `1,204`, `3.20`, `+0.4`, `0.1%`, `2.00 x`. */
const isFigure = (value: Value | undefined) =>
  typeof value === 'number' || (typeof value === 'string' && /^[-+<]?[\d,.]+(?:%| x)?$/.test(value))

function row([first, ...rest]: readonly Value[], figures: readonly boolean[]): Markup {
  const cells = rest.map((value, i) =>
    figures[i + 1] ? html`<td class="number">${cell(value)}</td>` : html`<td>${cell(value)}</td>`,
  )
  return html`<tr><th scope="row">${cell(first ?? null)}</th>${cells}</tr>\n`
}

/** A table whose first column names its rows; wide ones scroll by themselves, with the keyboard as well. */
export function dataTable({ caption, heads, rows, limit = TABLE_ROWS_MAX }: DataTable): Markup {
  const shown = rows.slice(0, limit)
  const figures = heads.map((_, i) => {
    const known = shown.map(cells => cells[i]).filter(value => value !== null && value !== NONE)
    return i > 0 && known.length > 0 && known.every(isFigure)
  })
  const head = heads.map((text, i) =>
    figures[i] ? html`<th scope="col" class="number">${text}</th>` : html`<th scope="col">${text}</th>`,
  )
  const more = rows.length - shown.length
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${shown.map(cells => row(cells, figures))}</tbody>
</table></div>
${more > 0 && html`<p class="note">${more.toLocaleString('en-US')} more rows are in the run’s CSV files.</p>`}`
}
