import type { FailureRow, InjectedRow } from '../run-store/schema.ts'

/** How what clients report of failures agrees with what was done to them. */
export interface NamedCauses {
  /** Faults that a submission could meet. */
  readonly injected: number
  /** Submissions that were not accepted, but for those that we ended or never sent. */
  readonly reported: number
  /** Of the reported: how many have a cause that was injected, cause by cause no more than were. */
  readonly right: number
  /** Of the reported: how many came with a code of the server's. */
  readonly coded: number
}

function tally<Row extends { readonly count: number }>(
  rows: readonly Row[],
  causeOf: (row: Row) => string | null,
) {
  const counts = new Map<string | null, number>()
  for (const row of rows) counts.set(causeOf(row), (counts.get(causeOf(row)) ?? 0) + row.count)
  return counts
}

const total = (rows: readonly { readonly count: number }[]) => rows.reduce((sum, { count }) => sum + count, 0)

/**
 * Lays what clients say went wrong beside what did. Before a message is known a sink cannot tell whose fault it was,
 * so that it is compared by number: of 10 resets and 5 time-outs that were injected, 12 resets and 3 time-outs that
 * are reported are 13 right of 15. It is exact where one message at a time is in flight on a connection, nothing is
 * attempted again, and nothing goes wrong of itself.
 */
export function namedCauses(failures: readonly FailureRow[], injected: readonly InjectedRow[]): NamedCauses {
  const ended = failures.filter(({ outcome }) => outcome !== 'aborted' && outcome !== 'dropped')
  const harmful = injected.filter(({ cause }) => cause !== null)
  const done = tally(harmful, ({ cause }) => cause)
  let right = 0
  for (const [cause, count] of tally(ended, row => row.cause)) right += Math.min(count, done.get(cause) ?? 0)
  return {
    injected: total(harmful),
    reported: total(ended),
    right,
    coded: total(ended.filter(({ code }) => code !== null)),
  }
}
