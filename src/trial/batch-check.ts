import type { Condition } from './condition.ts'
import type { Measured } from './trial.ts'

/** Whether a label's batches were what it says. */
export interface Fullness {
  readonly ok: boolean
  /** Nobody but ourselves can have kept them from being full. */
  readonly isOurs: boolean
  readonly detail: string
}

/**
 * Whether calls were as full as their label says: all but the last of a trial, and one more where time, which falls
 * on some of a call's users before the others, ended it. Undefined where each message has a call of its own.
 */
export function fullnessOf(condition: Condition, measured: Measured): Fullness | undefined {
  const { batch = 1, messages } = condition
  const { calls, recording } = measured
  const { attempts, attempted, scheduled } = recording.figures
  if (batch <= 1 || calls === undefined || attempts === 0) return undefined
  const full = Math.ceil(attempts / batch)
  const wasCut = scheduled < messages
  return {
    ok: calls <= full + (wasCut ? 1 : 0),
    // What is attempted again waits by itself, and goes with whoever has waited as long.
    isOurs: attempts === attempted,
    detail: `${attempts} messages went in ${calls} calls, where ${full} of ${batch} take them`,
  }
}
