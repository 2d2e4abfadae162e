import type { Verdict } from '../sample.ts'
import type { HttpResponse } from './provider.ts'
import { sound } from './status.ts'

const unreadable: Verdict = {
  outcome: 'in_doubt',
  cause: 'protocol',
  text: 'The answer says nothing of this message',
}

/**
 * Reads the answer to a batch: a result for each message. Where a call was taken and its answer is silent on a
 * message, that message may have been sent.
 * @param whole what the answer says of the call itself
 * @param resultOf reads the result at `index`; may throw, or return undefined, when there is none
 */
export function readResults(
  { body }: HttpResponse,
  whole: Verdict,
  count: number,
  resultOf: (value: unknown, index: number) => Verdict | undefined,
): readonly Verdict[] {
  if (whole.outcome !== 'accepted') return Array.from({ length: count }, () => whole)
  const silent: Verdict = { ...unreadable, ...(whole.code !== undefined && { code: whole.code }) }
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return Array.from({ length: count }, () => silent)
  }
  return Array.from({ length: count }, (_, index) => {
    try {
      const read = resultOf(value, index)
      if (!read) return silent
      return read === whole ? whole : sound(read)
    } catch {
      return silent
    }
  })
}
