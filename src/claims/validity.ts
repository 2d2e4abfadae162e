import type { StoredRun } from '../run-store/stored-run.ts'

/** What a judgement must not pass over: labels none of whose trials count. A sentence, or nothing. */
export function invalidIn({ labels }: StoredRun): string {
  const invalid = labels.filter(({ repetitions }) => repetitions === 0)
  const [first] = invalid
  if (!first) return ''
  const others = invalid.length > 1 ? ` and ${invalid.length - 1} more` : ''
  return ` Left out as invalid: ${first.label}${others} (${first.invalid_because ?? 'no reason given'}).`
}
