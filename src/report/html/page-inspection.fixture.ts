import type { Page } from 'playwright-core'
import { LINE_HEIGHT, ROW_LINES } from './chart/chart.ts'
import { CHART_WIDTH } from './figure.ts'

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

interface Label extends Box {
  readonly text: string
}

interface Seen {
  readonly chart: string
  readonly frame: Box
  readonly marks: readonly Box[]
  readonly labels: readonly Label[]
}

/** For the browser, whose names are no names here. A straight line has a box without an area, and is a mark. */
const look = `[...document.querySelectorAll('figure')].filter(figure => figure.checkVisibility()).map(figure => {
  const box = element => {
    const { left, right, top, bottom } = element.getBoundingClientRect()
    return { text: element.textContent, left, right, top, bottom }
  }
  const boxes = selector => [...figure.querySelectorAll('.plot svg ' + selector)].map(box)
  return {
    chart: figure.querySelector('figcaption').textContent,
    frame: box(figure.querySelector('.plot svg')),
    marks: boxes('[data-series]').filter(({ left, right, top, bottom }) => right - left + bottom - top > 0),
    labels: boxes('text').filter(({ left, right }) => right > left),
  }
})`

/** Boxes hold the room above and below letters as well: the lines of one name overlap by it. */
const ROOM_PX = 4

const overlap = (a: Label, b: Label) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > ROOM_PX

const within = (inner: Box, outer: Box) =>
  inner.left >= outer.left - ROOM_PX &&
  inner.right <= outer.right + ROOM_PX &&
  inner.top >= outer.top - ROOM_PX &&
  inner.bottom <= outer.bottom + ROOM_PX

/** The names of rows, each of its lines: what ends at the edge of the axis, where most labels of a chart of rows end. */
function namesOf(labels: readonly Label[], pixel: number): Label[][] {
  const beside = ({ right }: Label) => labels.filter(other => Math.abs(other.right - right) < 2 * pixel)
  const [most = []] = labels.map(beside).toSorted((a, b) => b.length - a.length)
  const names: Label[][] = []
  for (const line of most.toSorted((a, b) => a.top - b.top)) {
    const above = names.at(-1)?.at(-1)
    if (above && line.top - above.top < 1.25 * LINE_HEIGHT * pixel) names.at(-1)?.push(line)
    else names.push([line])
  }
  return names
}

/** What keeps a reader from telling rows apart: names without a gap between them, and two that read alike. */
function confused(labels: readonly Label[], pixel: number): string[] {
  const names = namesOf(labels, pixel)
  const texts = names.map(lines => lines.map(({ text }) => text).join(' '))
  return [
    ...names.flatMap((lines, i) =>
      lines.length > ROW_LINES ? [`names run into one another: "${texts[i]}"`] : [],
    ),
    ...texts.filter((text, i) => texts.indexOf(text) < i).map(text => `two rows read "${text}"`),
  ]
}

function faultsOf({ chart, frame, marks, labels }: Seen, width: number): string[] {
  const cut = labels.filter(({ left, right }) => left < -1 || right > width + 1)
  const pairs = labels.flatMap((label, i) =>
    labels
      .slice(i + 1)
      .filter(other => overlap(label, other))
      .map(other => [label, other] as const),
  )
  return [
    ...(marks.length === 0 ? ['no marks'] : []),
    ...(marks.every(mark => within(mark, frame)) ? [] : ['a mark lies outside']),
    ...(labels.length < 3 ? [`${labels.length} labels`] : []),
    ...cut.map(({ text }) => `"${text}" is cut off`),
    ...confused(labels, (frame.right - frame.left) / CHART_WIDTH),
    ...pairs.map(([a, b]) => `"${a.text}" lies on "${b.text}"`),
  ].map(fault => `${chart}: ${fault}`)
}

/**
 * Looks at every chart that can be seen: each has marks and labels, no mark lies outside, no word is cut off by the page,
 * no two of them lie on one another, and no two rows have names that read alike or run into one another.
 */
export async function chartFaults(page: Page): Promise<{ charts: number; faults: string[] }> {
  const seen = await page.evaluate<Seen[]>(look)
  const width = await page.evaluate<number>('innerWidth')
  return { charts: seen.length, faults: seen.flatMap(each => faultsOf(each, width)) }
}

/** Opens all that can be opened: what is hidden is not looked at. */
export async function openAll(page: Page): Promise<void> {
  await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
}
