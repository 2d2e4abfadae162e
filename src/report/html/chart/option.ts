import type { EChartsCoreOption } from 'echarts/core'
import {
  type Axis,
  type Chart,
  hasRows,
  LINE_HEIGHT,
  type Point,
  type Rows,
  type Series,
  type Size,
} from './chart.ts'
import { dashes } from './look.ts'
import { nameWidthOf, rowName } from './row-name.ts'

/** Colours are CSS variables, so that one drawing serves light and dark; `svg.ts` resolves the mark of a series. */
const paintOf = (series: number, colour: string) => `series${series} ${colour}`

const INK = 'var(--ink)'
const FAINT = 'var(--rule)'
const FONT = { color: INK, fontSize: 12 }

const shared = {
  // At the edge, also where a logarithm is 0 within.
  axisLine: { show: true, onZero: false, lineStyle: { color: 'var(--axis)' } },
  axisTick: { show: true, lineStyle: { color: 'var(--axis)' } },
  splitLine: { show: true, lineStyle: { color: FAINT } },
  minorTick: { show: false },
}

function valueAxis({ title, scale }: Axis, side: 'x' | 'y'): object {
  const customValues = scale.ticks.map(({ place }) => place)
  const texts = new Map(scale.ticks.map(({ place, text }) => [place, text]))
  return {
    ...shared,
    type: 'value',
    min: scale.min,
    max: scale.max,
    name: title,
    nameLocation: side === 'x' ? 'middle' : 'end',
    nameGap: side === 'x' ? 30 : 12,
    nameTextStyle: {
      ...FONT,
      align: side === 'x' ? 'center' : 'left',
      padding: side === 'x' ? 0 : [0, 0, 0, -40],
    },
    axisTick: { ...shared.axisTick, customValues },
    axisLabel: {
      ...FONT,
      customValues,
      formatter: (place: number) => texts.get(place) ?? '',
      hideOverlap: true,
    },
    splitLine: { ...shared.splitLine, customValues },
  }
}

function rowAxis({ rows }: Rows, nameWidth: number): object {
  return {
    ...shared,
    type: 'category',
    inverse: true,
    data: rows.map((_, i) => i),
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      ...FONT,
      interval: 0,
      lineHeight: LINE_HEIGHT,
      formatter: (value: string) => rowName(rows[Number(value)] ?? '', nameWidth),
    },
  }
}

const symbolOf = ({ look: { marker }, kind, isReference }: Series) =>
  isReference || marker === 'none' || kind === 'step' ? 'none' : marker

interface Placed {
  readonly chart: Chart
  readonly place: (point: Point) => [number, number]
}

function bars({ chart }: Placed, series: Series, paint: string): object {
  const texts = new Map(series.points.map(({ y, text }) => [y, text ?? '']))
  const values = new Map(series.points.map(({ x, y }) => [y, chart.x.scale.place(x)]))
  const { rows } = hasRows(chart.y) ? chart.y : { rows: [] }
  return {
    type: 'bar',
    stack: 'all',
    barWidth: 18,
    data: rows.map((_, i) => values.get(i) ?? 0),
    itemStyle: { color: paint, borderColor: 'var(--page)', borderWidth: 1 },
    label: {
      show: true,
      fontSize: 11,
      color: 'var(--page)',
      formatter: ({ dataIndex }: { dataIndex: number }) => texts.get(dataIndex) ?? '',
    },
  }
}

function drawn(placed: Placed, series: Series, index: number): object[] {
  const { chart, place } = placed
  const { look, kind, isReference, points } = series
  const paint = paintOf(index, look.colour)
  const still = { silent: true, animation: false, emphasis: { disabled: true } }
  if (kind === 'bars') return [{ ...still, ...bars(placed, series, paint) }]
  const symbol = symbolOf(series)
  const stroke = { color: paint, width: isReference ? 1 : 2, type: dashes[look.dash] }
  const labels = points.some(({ text }) => text)
  const whole = {
    ...still,
    type: 'line',
    data: points.map(place),
    symbol,
    symbolSize: 7,
    showSymbol: symbol !== 'none',
    showAllSymbol: true,
    step: kind === 'step' ? 'end' : false,
    clip: false,
    lineStyle: kind === 'points' ? { width: 0, opacity: 0 } : stroke,
    itemStyle: { color: paint, borderColor: paint, borderWidth: 1 },
    label: {
      show: labels,
      position: 'right',
      ...FONT,
      formatter: ({ dataIndex }: { dataIndex: number }) => points[dataIndex]?.text ?? '',
    },
  }
  const whiskers = points.flatMap(point => {
    const { low, high, x } = point
    if (low === undefined || low === null || high === undefined || high === null) return []
    const ends = hasRows(chart.y)
      ? [place({ ...point, x: low }), place({ ...point, x: high })]
      : [place({ ...point, x, y: low }), place({ ...point, x, y: high })]
    return [{ ...still, type: 'line', data: ends, symbol: 'none', lineStyle: { color: paint, width: 1.5 } }]
  })
  return [whole, ...whiskers]
}

/** Where a point stands, in places of its axes. */
export function placing(chart: Chart): (point: Point) => [number, number] {
  const { x, y } = chart
  return point => [x.scale.place(point.x), hasRows(y) ? point.y : y.scale.place(point.y)]
}

/** The chart in the words of the library that draws it. */
export function optionOf(chart: Chart, { width }: Size): EChartsCoreOption {
  const { x, y, series } = chart
  const placed = { chart, place: placing(chart) }
  const nameWidth = hasRows(y) ? nameWidthOf(y.rows, width) : 0
  return {
    animation: false,
    backgroundColor: 'transparent',
    grid: {
      left: hasRows(y) ? nameWidth + 14 : 48,
      right: 20,
      top: hasRows(y) ? 8 : 28,
      bottom: 46,
      outerBoundsMode: 'none',
    },
    xAxis: valueAxis(x, 'x'),
    yAxis: hasRows(y) ? rowAxis(y, nameWidth) : valueAxis(y, 'y'),
    series: series.flatMap((each, i) => drawn(placed, each, i)),
  }
}
