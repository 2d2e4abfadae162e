import type { DrivenRate } from '../../run-store/machine-floor.ts'

/** Beyond a million a second the schedule itself would be the limit. */
const RATE_MAX_PER_S = 1_000_000
/** Times that the gap between what was kept and what was not is halved, on a scale of ratios: to within 19 %. */
const HALVINGS = 2

export interface Highest {
  /** null: not even the first. */
  readonly ratePerS: number | null
  readonly tried: readonly DrivenRate[]
}

/**
 * The highest rate that is kept: doubles it until one is not, then closes in. One that is not kept is tried once more,
 * because a machine that stalls once in a second has not met its limit.
 * @param drive tries a rate
 * @param isOver true: there is no time for another
 */
export async function highestRate(
  drive: (ratePerS: number) => Promise<DrivenRate>,
  fromPerS: number,
  isOver: () => boolean,
): Promise<Highest> {
  const tried: DrivenRate[] = []
  const isKept = async (ratePerS: number) => {
    for (const _attempt of [1, 2]) {
      const driven = await drive(ratePerS)
      tried.push(driven)
      if (driven.ok || isOver()) return driven.ok
    }
    return false
  }
  let kept: number | null = null
  let above = fromPerS
  while (above <= RATE_MAX_PER_S && !isOver() && (await isKept(above))) {
    kept = above
    above *= 2
  }
  for (let i = 0; i < HALVINGS && kept !== null && !isOver(); i++) {
    const between = Math.round(Math.sqrt(kept * above))
    if (await isKept(between)) kept = between
    else above = between
  }
  return { ratePerS: kept, tried }
}
