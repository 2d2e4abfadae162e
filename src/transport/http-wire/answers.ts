import type { Nanoseconds } from '../../clock.ts'
import type { AnswerReader, HttpHeaders } from '../../provider/provider.ts'
import type { Verdict } from '../../sample.ts'
import type { Attempt } from '../attempt.ts'

const noHeaders: HttpHeaders = {}

/** Reads a dialect's answers, and looks no further than it must. */
export interface Answers {
  /** What a status says by itself, if it accepts: then neither fields nor body are needed. */
  acceptance(status: number): Verdict | undefined
  /** Ends an attempt by a complete response, or by its head where that decides. */
  settle(attempt: Attempt, verdict: Verdict, atNs: Nanoseconds): void
}

export function createAnswers(provider: AnswerReader): Answers {
  const known = new Map<number, Verdict | undefined>()

  function acceptanceOf(status: number): Verdict | undefined {
    if (provider.bodyDecides) return undefined
    const verdict = provider.verdict({ status, headers: noHeaders, body: '' })
    return verdict.outcome === 'accepted' ? verdict : undefined
  }

  return {
    acceptance(status) {
      if (!known.has(status)) known.set(status, acceptanceOf(status))
      return known.get(status)
    },
    settle(attempt, verdict, atNs) {
      if (verdict.outcome === 'accepted') return attempt.decide(verdict, atNs)
      // A refusal answers the request: it is placed where the reply was awaited, not where its body was read.
      attempt.decide(verdict, atNs, { phase: 'wait' })
    },
  }
}
