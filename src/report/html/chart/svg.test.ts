import { expect, it } from 'vitest'
import { type Chart, sizeOf } from './chart.ts'
import { linearScale, logScale } from './scale.ts'
import { type Mark, svgOf } from './svg.ts'

const look = { colour: 'a', dash: 'dashed', marker: 'diamond' } as const

const lines: Chart = {
  x: { title: 'round-trip time, ms', scale: linearScale([100]) },
  y: { title: 'p50, ms (log)', scale: logScale([1, 1000]) },
  series: [
    {
      name: 'fitted',
      kind: 'line',
      look,
      isReference: true,
      points: [
        { x: 0, y: 1, tip: '' },
        { x: 100, y: 1000, tip: '' },
      ],
    },
    {
      name: 'SMTP',
      kind: 'line',
      look,
      points: [
        { x: 50, y: 10, low: 5, high: 20, tip: 'ten' },
        { x: 100, y: 1000, tip: '<b>' },
      ],
    },
  ],
}

const bars: Chart = {
  x: { title: 'ms', scale: linearScale([30]) },
  y: { rows: ['first <i>row</i>', 'zr1-x'] },
  series: [
    {
      name: 'connect',
      kind: 'bars',
      look,
      points: [
        { x: 10, y: 0, tip: 'a', text: '1' },
        { x: 20, y: 1, tip: 'b' },
      ],
    },
    { name: 'wait', kind: 'bars', look: { ...look, colour: 'b' }, points: [{ x: 20, y: 0, tip: 'c' }] },
  ],
}

const svg = (chart: Chart, number = 1) => svgOf(chart, sizeOf(chart, 360), number, 'an alternative').text
/** As a pointer is told: what a series begins with, and what a mark goes on with. */
function marksOf(text: string): Mark[] {
  const [starts, marks] = ['starts', 'marks'].map(name =>
    JSON.parse(new RegExp(`data-${name}='([^']*)'`).exec(text)?.[1] ?? ''),
  ) as [string[], Mark[]]
  return marks.map(([x, y, series, rest]) => [x, y, series, `${starts[series]}${rest}`])
}

it('draws the same bytes again, whatever was drawn before', () => {
  const first = svg(lines)
  svg(bars, 2)
  expect(svg(lines)).toBe(first)
})

it('says of every mark which series it is of, in a colour that follows light and dark', () => {
  const text = svg(bars)
  expect(text).toMatch(/<path data-series="0" [^>]*fill="var\(--a\)"/)
  expect(text).toMatch(/<path data-series="1" [^>]*fill="var\(--b\)"/)
  expect(text).not.toMatch(/<style|["#]zr\d|ecmeta|="series/)
})

it('gives identifiers that no other chart of a page has', () => {
  const ids = (text: string) => [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
  expect(ids(svg(lines, 7)).filter(id => ids(svg(lines, 8)).includes(id))).toEqual([])
})

it('tells a pointer the values of series, not of lines to compare with, where they are drawn', () => {
  const marks = marksOf(svg(lines))
  expect(marks.map(([, , series, tip]) => [series, tip])).toEqual([
    [1, 'ten'],
    [1, '<b>'],
  ])
  const [[x = 0, y = 0] = [], [right = 0, top = 0] = []] = marks
  expect(x).toBeLessThan(right)
  expect(y).toBeGreaterThan(top)
})

it('points at the middle of a stacked bar, wherever it begins', () => {
  const [first, second, third] = marksOf(svg(bars))
  expect(third?.[0]).toBeGreaterThan(first?.[0] ?? 0)
  expect(third?.[1]).toBe(first?.[1])
  expect(second?.[1]).toBeGreaterThan(first?.[1] ?? 0)
})

it('escapes names, and keeps a quote from ending an attribute', () => {
  expect(svg(bars)).toContain('first &lt;i&gt;row')
  expect(svg(bars)).toContain('>zr1-x<')
  const quoted = svg({
    ...lines,
    series: [{ name: '', kind: 'line', look, points: [{ x: 1, y: 1, tip: `'><script>&` }] }],
  })
  expect(quoted).not.toContain('<script')
  expect(marksOf(quoted)[0]?.[3]).toBe(`'><script>&`)
})

it('dashes lines as their look says, and draws bounds', () => {
  const text = svg(lines)
  expect(text.match(/stroke-dasharray="6,3"/g)).toHaveLength(2)
  expect(text.match(/stroke-width="1.5"/g)).toHaveLength(1)
})

it('writes once what all marks of a series begin with', () => {
  const points = [1, 2, 3].map(x => ({ x: 30 * x, y: 10, tip: `SMTP nodemailer: ${x} ms` }))
  const text = svg({ ...lines, series: [{ name: 'SMTP', kind: 'line', look, points }] })
  expect(text.match(/SMTP nodemailer/g)).toHaveLength(1)
  expect(marksOf(text).map(([, , , tip]) => tip)).toEqual(points.map(({ tip }) => tip))
})
