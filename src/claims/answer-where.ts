import type { LabelRow } from '../run-store/schema.ts'
import type { Comparison } from './comparison.ts'
import { type Circumstances, circumstanceNames, clientInWords, divided, inWords } from './condition.ts'

const distinct = (names: readonly string[]) => [...new Set(names)]

/** The clients of one side: what they share where they are several. */
export function clientsInWords(rows: readonly LabelRow[]): string {
  const names = distinct(rows.map(clientInWords))
  return names.length === 1 ? names.join() : distinct(rows.map(({ client }) => client)).join(' or ')
}

/** What tells a client from others beside it: of our own its mode. */
const shortClient = (row: LabelRow) =>
  row.client === 'wire' && row.mode !== null ? row.mode : clientInWords(row)

/**
 * What tells each comparison from the others, in words: `20 ms RTT, kept connection`, and the SMTP client where there
 * are several.
 * @param always named even where all share it
 * @param never not named even where it differs
 */
export function whereIn(
  comparisons: readonly Comparison[],
  {
    always = [],
    never = [],
  }: { always?: readonly (keyof Circumstances)[]; never?: readonly (keyof Circumstances)[] } = {},
): (comparison: Comparison) => string {
  const { differing } = divided(comparisons.map(({ circumstances }) => circumstances))
  const names = circumstanceNames.filter(
    name => always.includes(name) || (differing.includes(name) && !never.includes(name)),
  )
  const hasSeveral = distinct(comparisons.map(({ smtp }) => clientInWords(smtp))).length > 1
  return ({ circumstances, smtp }) =>
    [inWords(circumstances, names), hasSeveral ? shortClient(smtp) : ''].filter(Boolean).join(', ')
}
