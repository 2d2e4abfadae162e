import { type Comparison, conditionsIn } from './comparison.ts'
import { circumstanceKey, clientInWords, divided, inWords } from './condition.ts'

/** What a claim makes of a comparison. */
export interface Found {
  readonly comparison: Comparison
  /** undefined where it cannot be said. */
  readonly outcome: string | undefined
}

/** More are counted, and named by the evidence. */
const NAMED_MAX = 2

/** Those that come out otherwise than what decides in the same condition. */
export function exceptionsTo<Each extends Found>(
  deciding: readonly Found[],
  others: readonly Each[],
): Each[] {
  const decided = new Map(
    deciding.map(({ comparison, outcome }) => [circumstanceKey(comparison.smtp), outcome]),
  )
  return others.filter(({ comparison, outcome }) => {
    const usual = decided.get(circumstanceKey(comparison.smtp))
    return outcome !== undefined && usual !== undefined && outcome !== usual
  })
}

/**
 * ` Over HTTP/2 it is otherwise in 1 of 5 (…).`, or nothing: short, since what is long is cut where a table has it.
 * @param saying what one came to, in words
 */
export function exceptionsInWords<Each extends Found>(
  lead: string,
  deciding: readonly Found[],
  others: readonly Each[],
  saying: (each: Each) => string,
): string {
  const exceptions = exceptionsTo(deciding, others)
  if (exceptions.length === 0) return ''
  const { differing } = divided([...deciding, ...others].map(({ comparison }) => comparison.circumstances))
  const named = exceptions.slice(0, NAMED_MAX).map(each => {
    const { smtp, level, circumstances } = each.comparison
    const client = level === 'protocol' ? [clientInWords(smtp)] : []
    const where = [...client, inWords(circumstances, differing)].filter(Boolean).join(', ')
    return `${where && `${where}: `}${saying(each)}`
  })
  const more = exceptions.length > NAMED_MAX ? [`${exceptions.length - NAMED_MAX} more`] : []
  const [otherwise, all] = [exceptions, deciding].map(found =>
    conditionsIn(found.map(({ comparison }) => comparison)),
  )
  return ` ${lead} it is otherwise in ${otherwise} of ${all} (${[...named, ...more].join('; ')}).`
}
