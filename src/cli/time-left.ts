import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import type { Planned } from '../trial/planned.ts'
import { predictNs } from '../trial/predict.ts'

/** `1:05`, minutes and seconds. */
export function formatLeft(spanNs: Nanoseconds): string {
  const seconds = Math.max(0, Math.round(spanNs / NS_PER_S))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Floors are short, and predict nothing of the trials. */
const weightNs = ({ purpose, condition }: Planned) => (purpose === 'measure' ? predictNs(condition) : 0)

const total = (planned: readonly Planned[]) => planned.reduce((sum, next) => sum + weightNs(next), 0)

/**
 * Time left when `done` trials, which took `tookNs`, and a part of the next (0 to 1) are behind us: what was
 * predicted for the rest, scaled by how far the prediction was off for those that are done.
 */
export function timeLeftNs(
  planned: readonly Planned[],
  done: number,
  tookNs: Nanoseconds,
  part = 0,
): Nanoseconds {
  const predictedNs = total(planned.slice(0, done))
  const scale = predictedNs === 0 || tookNs === 0 ? 1 : tookNs / predictedNs
  const next = planned[done]
  return (total(planned.slice(done)) - (next ? part * weightNs(next) : 0)) * scale
}
