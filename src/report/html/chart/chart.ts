import type { Look } from './look.ts'
import type { Scale } from './scale.ts'

export interface Point {
  readonly x: number
  /** Of a chart of rows: which row, from 0. */
  readonly y: number
  /** Bounds of x in a chart of rows, of y in any other. */
  readonly low?: number | null
  readonly high?: number | null
  /** What a pointer is told. */
  readonly tip: string
  /** Written beside the mark. */
  readonly text?: string
}

export interface Series {
  readonly name: string
  readonly look: Look
  /** `line`: points joined; `step`: joined by steps; `points`: marks alone; `bars`: stacked, in a chart of rows. */
  readonly kind: 'line' | 'step' | 'points' | 'bars'
  readonly points: readonly Point[]
  /** Drawn to compare with: thinner, and without marks. */
  readonly isReference?: boolean
}

export interface Axis {
  /** What it measures, and the unit. */
  readonly title: string
  readonly scale: Scale
}

/** Names from top to bottom. */
export interface Rows {
  readonly rows: readonly string[]
}

/** What is to be drawn, in values. */
export interface Chart {
  readonly x: Axis
  readonly y: Axis | Rows
  readonly series: readonly Series[]
}

export const hasRows = (y: Chart['y']): y is Rows => 'rows' in y

/** CSS pixels: text is drawn in 12 of them. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** A row has room for so many lines of its name. */
export const ROW_LINES = 3
export const LINE_HEIGHT = 13
/** Names lie further apart than the lines of one. */
const BETWEEN = 8
const ROW_HEIGHT = ROW_LINES * LINE_HEIGHT + BETWEEN
const ABOVE_AND_BELOW = 62

/** As high as its rows need. */
export function sizeOf({ y }: Chart, width: number): Size {
  return {
    width,
    height: hasRows(y)
      ? ABOVE_AND_BELOW + ROW_HEIGHT * y.rows.length
      : Math.min(300, Math.round(width * 0.72)),
  }
}
