import { describe, expect, it } from 'vitest'
import { linearScale } from './chart/scale.ts'
import { createDraw, type Figure, panels } from './figure.ts'
import { html } from './markup.ts'

const figureOf = (title: string): Figure => ({
  title,
  note: 'n 1',
  alternative: 'one point',
  chart: {
    x: { title: 'x', scale: linearScale([1]) },
    y: { title: 'y', scale: linearScale([1]) },
    series: [
      {
        name: 'SMTP',
        kind: 'points',
        look: { colour: 'a', dash: 'solid', marker: 'circle' },
        points: [{ x: 1, y: 1, tip: 'one' }],
      },
    ],
  },
  table: { caption: title, heads: ['x', 'y'], rows: [['1', 1]] },
})

const six = (name: string) => ['1', '2', '3', '4', '5', '6'].map(number => figureOf(`${name}${number}`))
const titles = (page: string) => [...page.matchAll(/<figcaption>([^<]*)/g)].map(([, title]) => title)

/** A page of two sections. */
function pageOf(bytesMax?: number): string {
  const draw = createDraw(1, bytesMax)
  return draw.whole(
    html`<h2>a</h2>${panels(six('a'), draw, 'a.csv', 2)}<h2>b</h2>${panels(six('b'), draw, 'b.csv')}`,
  )
}

describe('the panels of a page', () => {
  it('are all there where there is room, the first of them open', () => {
    const page = pageOf()
    expect(titles(page)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6'])
    expect(page).toContain('<summary>4 more charts</summary>')
    expect(page).not.toContain('left out')
  })

  it('share the room: each section keeps its foremost, and says how many it lacks and what has them', () => {
    const bytesMax = pageOf().length / 2
    const page = pageOf(bytesMax)
    expect(page.length).toBeLessThan(bytesMax)
    const shown = titles(page)
    expect(shown.slice(0, 2)).toEqual(['a1', 'a2'])
    const [a = 0, b = 0] = ['a', 'b'].map(name => shown.filter(title => title?.startsWith(name)).length)
    expect(Math.abs(a - b)).toBeLessThanOrEqual(1)
    expect(page).toContain(`${6 - b} more charts are left out`)
    expect(page).toContain('b.csv in the run’s directory has the figures')
  })

  it('are none where the rest of the page leaves no room', () => {
    const page = pageOf(100)
    expect(titles(page)).toEqual([])
    expect(page).toContain('6 more charts are left out')
  })
})

it('has the runs of a page share the rows of a table that each of them has', () => {
  expect(createDraw(1).rows(200)).toBe(200)
  expect(createDraw(3).rows(200)).toBe(66)
})
