import type { Evidence, Figure, Judged } from '../../claims/claim.ts'
import { short } from '../../figure-text.ts'
import { judgeName } from '../judge-name.ts'
import type { Material } from '../material.ts'
import { dataTable } from './data-table.ts'
import { html, type Markup } from './markup.ts'

const isWhole = ({ unit }: Figure) => unit === 'round trips' || unit === 'messages'

function figureText(figure: Figure): string {
  const { value, unit, interval, confidence } = figure
  const bounds = interval
    ? ` (${short(interval.low)} to ${short(interval.high)}${confidence === null ? '' : `, ${confidence * 100} %`})`
    : ''
  return `${isWhole(figure) ? value : short(value)} ${unit}${bounds}`
}

const evidence = ({ columns, rows }: Evidence, id: string) =>
  columns.length > 0 && dataTable({ caption: `Evidence of ${id}`, heads: columns, rows })

/** Verdicts differ by word and by mark; colour only repeats it. */
const marks = {
  holds: ['✓', 'holds'],
  'does not hold': ['✗', 'fails'],
  depends: ['±', 'depends'],
  inconclusive: ['?', 'open'],
  'not measured here': ['–', 'none'],
} as const

function claimMarkup(
  { id, text, rule, runId, verdict, finding, figure, equal, flips, evidence: found }: Judged,
  judge: string,
): Markup {
  const [mark, kind] = marks[verdict]
  const missing = verdict === 'not measured here'
  return html`<details class="claim">
<summary><span class="id">${id}</span> <span class="folklore">“${text}”${judge}</span> <span class="verdict ${kind}"><span aria-hidden="true">${mark}</span> ${verdict}</span>
<span class="finding">${finding}</span>${figure && html`<span class="figure">${figure.name}: ${figureText(figure)}</span>`}</summary>
<dl>
<dt>Rule</dt><dd>${rule}</dd>
${!missing && html`<dt>Held equal</dt><dd>${equal}</dd>`}
<dt>${missing ? 'Measured by' : 'What would change it'}</dt><dd>${flips}</dd>
${judge !== '' && runId !== null && html`<dt>Run</dt><dd>${runId}</dd>`}
</dl>
${evidence(found, id)}</details>
`
}

/** What people say, and how it comes out: each with what was found, and opens to its rule and evidence. */
export function claimsMarkup(material: Pick<Material, 'claims' | 'runs'>): Markup {
  const judgeOf = judgeName(material)
  return html`<div class="claims">${material.claims.map(each => claimMarkup(each, judgeOf(each)))}</div>`
}
