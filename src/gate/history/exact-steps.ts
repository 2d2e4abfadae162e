/** Runs for which a count stays the same before a change of it is one: fewer are a count that varies by itself. */
const HELD_MIN = 3

/**
 * Where a count that does not vary by chance became another: at once, and without a probability. What varies from run
 * to run by more than the slack, a share of the level, never holds for long enough to change.
 */
export function exactSteps(values: readonly number[], slack: number): number[] {
  const steps: number[] = []
  let level = values[0] ?? 0
  let held = 0
  for (const [i, value] of values.entries()) {
    if (Math.abs(value - level) <= slack * Math.abs(level)) {
      held++
      continue
    }
    if (held >= HELD_MIN) steps.push(i)
    level = value
    held = 1
  }
  return steps
}
