// One by one: the library's index of charts loads all twenty kinds, which takes four times as long and 40 MB more.
import 'echarts/lib/chart/bar'
import 'echarts/lib/chart/line'
import 'echarts/lib/component/gridSimple'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { plainText } from '../../../run-store/text.ts'
import { html, type Markup, trusted } from '../markup.ts'
import type { Chart, Size } from './chart.ts'
import { optionOf, placing } from './option.ts'

use([SVGRenderer])

/** A mark that a pointer may ask about: where it is drawn, of which series, and what to say after what its series begins with. */
export type Mark = readonly [x: number, y: number, series: number, tip: string]

/** Of one series not more than so many answer to a pointer: a page must stay small. */
const TIPS_MAX = 40
const TIP_LENGTH_MAX = 160

const painted = /(fill|stroke)="series(\d+) ([a-z])"/g

/** JSON within a quoted attribute: all that it could end by is written as JSON writes any character. */
function attribute(value: unknown): Markup {
  const text = JSON.stringify(value)
  const code = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return trusted(text.replaceAll(/[&<>']/g, code))
}

/** Marks name their series once; what repeats itself in every element, and styles for hovering, go. */
function cleaned(svg: string, chart: number): string {
  return (
    svg
      .replaceAll(/<style[\s\S]*?<\/style>/g, '')
      .replaceAll(/ (?:class|pointer-events|ecmeta_\w+|xmlns:xlink|baseProfile|version)="[^"]*"/g, '')
      .replaceAll(/ style="font-size:12px;font-family:[^"]*"/g, '')
      .replaceAll(/;font-family:[^";]*/g, '')
      .replaceAll(/<[a-z]+ [^>]*>/g, element => {
        const series = /="series(\d+) /.exec(element)?.[1]
        if (series === undefined) return element
        const plain = element.replaceAll(painted, (_, kind, __, colour) => `${kind}="var(--${colour})"`)
        return plain.replace(/^<[a-z]+/, `$& data-series="${series}"`)
      })
      // Counted by process: two reports of one run must not differ.
      .replaceAll(/(?<=id="|url\(#)zr\d+-/g, `chart${chart}-`)
      .replaceAll(/>\n+</g, '>\n<')
  )
}

function marksOf(chart: Chart, pixelOf: (place: [number, number]) => readonly number[]): Mark[] {
  const place = placing(chart)
  const stacked = new Map<number, number>()
  return chart.series.flatMap(({ points, kind, isReference }, series) => {
    const stride = Math.ceil(points.length / TIPS_MAX)
    const told = isReference ? [] : points.filter((_, i) => i % stride === 0)
    return told.map((point): Mark => {
      const [at, row] = place(point)
      const start = stacked.get(point.y) ?? 0
      if (kind === 'bars') stacked.set(point.y, start + at)
      const [left = 0, top = 0] = pixelOf([kind === 'bars' ? start + at / 2 : at, row])
      return [Math.round(left), Math.round(top), series, plainText(point.tip, TIP_LENGTH_MAX)]
    })
  })
}

/** What all of these begin with. */
function commonStart([first = '', ...others]: readonly string[]): string {
  let length = first.length
  for (const other of others) {
    length = Math.min(length, other.length)
    while (!other.startsWith(first.slice(0, length))) length--
  }
  return first.slice(0, length)
}

/** What the marks of each series begin with, once: names are most of what there is to say. */
function shortened(marks: readonly Mark[], series: number): { starts: string[]; marks: Mark[] } {
  const starts = Array.from({ length: series }, (_, i) =>
    commonStart(marks.filter(mark => mark[2] === i).map(mark => mark[3])),
  )
  return { starts, marks: marks.map(([x, y, i, tip]) => [x, y, i, tip.slice(starts[i]?.length)]) }
}

/**
 * Draws a chart. Its words are an alternative for who cannot see it; the figures are in a table beside it.
 * @param number unlike any other on the page
 */
export function svgOf(chart: Chart, size: Size, number: number, alternative: string): Markup {
  const canvas = init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    canvas.setOption(optionOf(chart, size))
    const asked = marksOf(chart, place => canvas.convertToPixel({ gridIndex: 0 }, place) as number[])
    const { starts, marks } = shortened(asked, chart.series.length)
    const svg = cleaned(canvas.renderToSVGString(), number)
    const inside = svg.slice(svg.indexOf('>') + 1)
    const { width, height } = size
    const box = `0 0 ${width} ${height}`
    return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" role="img" aria-label="${alternative}" data-starts='${attribute(starts)}' data-marks='${attribute(marks)}'>${trusted(inside)}`
  } finally {
    canvas.dispose()
  }
}
