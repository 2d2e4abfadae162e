import { type Chart, type Series, sizeOf } from './chart/chart.ts'
import { dashes, type Look } from './chart/look.ts'
import { svgOf } from './chart/svg.ts'
import { type DataTable, dataTable } from './data-table.ts'
import { type Content, html, type Markup, trusted } from './markup.ts'

/** A chart, and all that makes it readable for everybody. */
export interface Figure {
  readonly title: string
  /** How much it rests on, and how it was computed. */
  readonly note: Content
  /** What it shows, for who cannot see it. */
  readonly alternative: string
  readonly chart: Chart
  /** The figures behind it. */
  readonly table: DataTable
}

/** Draws a figure, as wide as a phone: pages lay them side by side where there is room. */
export type Draw = (figure: Figure) => Markup

/** Fits a phone of 390 pixels, and three beside each other on a desk. */
export const CHART_WIDTH = 360

const shapes = {
  circle: '<circle cx="14" cy="6" r="3.5"/>',
  diamond: '<path d="M14 1.5l4.5 4.5-4.5 4.5-4.5-4.5z"/>',
  triangle: '<path d="M14 2l4 7h-8z"/>',
  rect: '<path d="M10.5 2.5h7v7h-7z"/>',
  none: '',
} as const

/** What a series looks like, in a line of text. Nothing of it is a run's. */
function swatch({ kind, look, isReference }: Series): Markup {
  const { colour, dash, marker }: Look = look
  const paint = `var(--${colour})`
  if (kind === 'bars')
    return trusted(
      `<svg class="swatch" viewBox="0 0 28 12" aria-hidden="true"><path d="M6 0h16v12h-16z" fill="${paint}"/></svg>`,
    )
  const line =
    kind === 'points'
      ? ''
      : `<path d="M0 6h28" stroke="${paint}" stroke-width="${isReference ? 1 : 2}" stroke-dasharray="${dashes[dash].join(' ')}"/>`
  const shape = kind === 'step' || isReference ? '' : shapes[marker]
  return trusted(
    `<svg class="swatch" viewBox="0 0 28 12" aria-hidden="true" fill="${paint}">${line}${shape}</svg>`,
  )
}

/** Series by their place; lines to compare with are named with the series before them, and go with it. */
function legend(series: readonly Series[]): Markup {
  const items = series.flatMap((each, i) => {
    if (each.isReference) return []
    const next = series.findIndex((other, j) => j > i && !other.isReference)
    const places = series.slice(i, next < 0 ? undefined : next).map((_, k) => i + k)
    return [html`<li data-toggles="${places.join(' ')}">${swatch(each)}<span>${each.name}</span></li>`]
  })
  return html`<ul class="legend">${items}</ul>`
}

/** A drawer for one page: each of its charts gets a number of its own. */
export function createDraw(): Draw {
  let drawn = 0
  return ({ title, note, alternative, chart, table }) => {
    drawn++
    const drawing = svgOf(chart, sizeOf(chart, CHART_WIDTH), drawn, `${title}. ${alternative}`)
    return html`<figure>
<figcaption>${title}</figcaption>
${legend(chart.series)}
<div class="plot">${drawing}</div>
<p class="note">${note}</p>
<details><summary>Figures behind it<span class="hidden">: ${title}</span></summary>
${dataTable(table)}</details>
</figure>
`
  }
}

/** How many panels stand open; more are one click away. */
const OPEN_MAX = 6
/** A page of more becomes heavy, and nobody looks at them: tables and files have the rest. */
const PANELS_MAX = 18

/** Panels side by side, the first of them open. */
export function panels(figures: readonly Figure[], draw: Draw, open = OPEN_MAX): Markup {
  const drawn = figures.slice(0, PANELS_MAX).map(draw)
  const rest = drawn.slice(open)
  const left = figures.length - drawn.length
  const more =
    rest.length > 0 &&
    html`<details class="more"><summary>${rest.length} more chart${rest.length > 1 && 's'}</summary><div class="panels">${rest}</div></details>`
  return html`<div class="panels">${drawn.slice(0, open)}</div>${more}${left > 0 && html`<p class="note">${left} more charts are left out: the table of all labels has their figures.</p>`}`
}
