const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/** One bar a value, between the lowest and the highest of `scale`; a value that is missing is a blank. */
export function sparkline(values: readonly (number | null)[], scale = values): string {
  const known = scale.filter(value => value !== null)
  const [low, high] = [Math.min(...known), Math.max(...known)]
  const bar = (value: number) =>
    BARS[high === low ? 0 : Math.round(((value - low) / (high - low)) * (BARS.length - 1))]
  return values.map(value => (value === null ? ' ' : bar(value))).join('')
}
