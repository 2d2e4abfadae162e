/** How values are laid out along an axis: where they stand, and which of them are written. */
export interface Scale {
  /** From a value to its place; the axis itself is linear in places. */
  place(value: number): number
  readonly min: number
  readonly max: number
  readonly ticks: readonly { readonly place: number; readonly text: string }[]
}

/** `0.001`, `20`, `1,000`: no digits that say nothing. */
export const tickText = (value: number) =>
  value >= 1000 ? value.toLocaleString('en-US') : String(Number(value.toPrecision(3)))

const steps = [1, 2, 2.5, 5, 10] as const

/** Room beyond the greatest value, so that its mark is not cut. */
const ROOM = 1.04

/** From 0, since lengths are compared. */
export function linearScale(values: readonly number[], ticksMost = 5): Scale {
  const max = (Math.max(0, ...values) || 1) * ROOM
  const magnitude = 10 ** Math.floor(Math.log10(max / ticksMost))
  const step = magnitude * (steps.find(each => each * magnitude * ticksMost >= max) ?? 10)
  const ticks = Array.from({ length: Math.floor(max / step) + 1 }, (_, i) => i * step)
  return { place: value => value, min: 0, max, ticks: ticks.map(place => ({ place, text: tickText(place) })) }
}

/** Less than this is drawn as this: a clock does not tell shorter spans. */
const LEAST = 1e-4
/** From 1 to 2.5. */
const LEAST_DECADES = 0.4

/** Equal ratios are equally far apart. Written are 1, 2 and 5 of each decade, or powers of ten when there are many. */
export function logScale(values: readonly number[], ticksMost = 6): Scale {
  const positive = values.filter(value => value > 0).map(value => Math.max(LEAST, value))
  const low = Math.log10(Math.min(...(positive.length > 0 ? positive : [1])))
  const high = Math.log10(Math.max(...(positive.length > 0 ? positive : [10])))
  // However close the values are: wide enough for two that are written.
  const pad = Math.max(0.04 * (high - low), (LEAST_DECADES - (high - low)) / 2)
  const [min, max] = [low - pad, high + pad]
  const within = (parts: readonly number[]) => {
    const found: number[] = []
    for (let decade = Math.floor(min); decade <= Math.ceil(max); decade++) {
      for (const part of parts) {
        const place = Math.log10(part) + decade
        if (place >= min && place <= max) found.push(place)
      }
    }
    return found
  }
  const candidates = [[1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]].map(within)
  const every = (places: readonly number[]) => {
    const stride = Math.ceil(places.length / ticksMost)
    return places.filter((_, i) => i % stride === 0)
  }
  const places = candidates.find(found => found.length <= ticksMost) ?? every(candidates.at(-1) ?? [])
  return {
    // What has no logarithm stands at the edge.
    place: value => Math.max(min, Math.log10(Math.max(LEAST, value))),
    min,
    max,
    ticks: places.map(place => ({ place, text: tickText(10 ** place) })),
  }
}

/** Shares of 1, each further nine as far from the last: 90 %, 99 %, 99.9 %. */
export function ninesScale(most: number): Scale {
  const place = (share: number) => -Math.log10(1 - share)
  const max = place(most)
  const nines = Array.from({ length: Math.max(1, Math.floor(max + 1e-9)) }, (_, i) => 1 - 10 ** -(i + 1))
  // A short axis has room for those between.
  const between = max < 2 ? [0.5, 0.75, 0.95] : [0.5]
  const ticks = [0, ...between, ...nines]
    .toSorted((a, b) => a - b)
    .filter(share => place(share) <= max * 1.001)
    .map(share => ({ place: place(share), text: `${Number((share * 100).toPrecision(7))}%` }))
  return { place, min: 0, max, ticks }
}

/** Shares of 1, as percentages from none to all. */
export function shareScale(): Scale {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(share => ({ place: share, text: `${share * 100}%` }))
  return { place: share => share, min: 0, max: 1, ticks }
}
