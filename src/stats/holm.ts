/**
 * p values, adjusted for being as many: S. Holm, A simple sequentially rejective multiple test procedure,
 * Scandinavian Journal of Statistics 6 (1979) 65–70. In their order.
 */
export function holm(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number))
  const adjusted = new Array<number>(values.length)
  let atLeast = 0
  for (const [rank, index] of order.entries()) {
    atLeast = Math.max(atLeast, Math.min(1, (values.length - rank) * (values[index] as number)))
    adjusted[index] = atLeast
  }
  return adjusted
}
