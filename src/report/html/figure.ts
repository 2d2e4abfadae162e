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

/** Panels side by side, those first that matter most. */
export interface Panels {
  readonly figures: readonly Figure[]
  /** How many stand open; more are one click away. */
  readonly open: number
  /** What has the figures of those that the page has no room for. */
  readonly files: string
}

/** Draws what one page shows. */
export interface Draw {
  /** At once, and as wide as a phone: pages lay figures side by side where there is room. */
  figure(figure: Figure): Markup
  /** A mark where panels go: which of them there is room for is known when the rest of the page is. */
  later(panels: Panels): Markup
  /** Of a table that each run has: the runs of a page share what one may have. */
  rows(most: number): number
  /** The page with its panels in their places. */
  whole(page: Markup): string
}

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

/** Figures of one page: each of its charts gets a number of its own. */
function createFigures(): Draw['figure'] {
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

/** More of one section and run nobody looks at: tables and files have the rest. */
const PANELS_MAX = 18
/** What is left out is told of in less. */
const NOTE_BYTES = 400
/** Less than any chart takes: when no more is left, the page is full. */
const CHART_BYTES_MIN = 4000

/**
 * Which figures of all panels a page has room for, drawn: the first of each, then the second of each, and so on, so that
 * no section and no run takes the room of another's foremost.
 */
function fitting(waiting: readonly Panels[], draw: Draw['figure'], room: number): Markup[][] {
  let left = room
  const shown = waiting.map((): Markup[] => [])
  const full = new Set<Panels>()
  for (let depth = 0; depth < PANELS_MAX; depth++) {
    for (const [i, panels] of waiting.entries()) {
      const figure = panels.figures[depth]
      if (!figure || full.has(panels) || left < CHART_BYTES_MIN) continue
      const drawn = draw(figure)
      const bytes = Buffer.byteLength(drawn.text)
      if (bytes > left) full.add(panels)
      else {
        shown[i]?.push(drawn)
        left -= bytes
      }
    }
  }
  return shown
}

function panelsMarkup({ figures, open, files }: Panels, drawn: readonly Markup[]): Markup {
  const rest = drawn.slice(open)
  const left = figures.length - drawn.length
  const more =
    rest.length > 0 &&
    html`<details class="more"><summary>${rest.length} more chart${rest.length > 1 && 's'}</summary><div class="panels">${rest}</div></details>`
  const note =
    left > 0 &&
    html`<p class="note">${left} more chart${left > 1 ? 's are' : ' is'} left out, since a page of more than 2 MB is slow to open: ${files} in the run’s directory ${/, | and /.test(files) ? 'have' : 'has'} the figures.</p>`
  return html`${drawn.length > 0 && html`<div class="panels">${drawn.slice(0, open)}</div>`}${more}${note}`
}

/** A page's bytes, and some room below 2 MB. */
const BYTES_MAX = 1_950_000

/** @param runs that share the page */
export function createDraw(runs = 1, bytesMax = BYTES_MAX): Draw {
  const figure = createFigures()
  const waiting: Panels[] = []
  return {
    figure,
    later(panels) {
      waiting.push(panels)
      // No text of a run looks like it: in these every < is escaped.
      return trusted(`<!--panels ${waiting.length - 1}-->`)
    },
    rows: most => Math.max(1, Math.floor(most / runs)),
    whole({ text }) {
      const room = bytesMax - Buffer.byteLength(text) - NOTE_BYTES * waiting.length
      const drawn = fitting(waiting, figure, room)
      return text.replaceAll(/<!--panels (\d+)-->/g, (_, place) => {
        const panels = waiting[Number(place)]
        return panels ? panelsMarkup(panels, drawn[Number(place)] ?? []).text : ''
      })
    },
  }
}

/** How many panels stand open where nothing else is said. */
const OPEN_MAX = 6

/** Panels side by side, the first of them open. @param files that have the figures as well */
export const panels = (figures: readonly Figure[], draw: Draw, files: string, open = OPEN_MAX): Markup =>
  figures.length === 0 ? html`` : draw.later({ figures, open, files })
