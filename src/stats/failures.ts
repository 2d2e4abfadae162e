import type { Nanoseconds } from '../clock.ts'
import type { FailureRow } from '../run-store/schema.ts'
import { plainText } from '../run-store/text.ts'
import type { Outcome, Reply } from '../sample.ts'
import { msOf } from '../units.ts'
import { digits } from './digits.ts'

const EXAMPLE_LENGTH_MAX = 200
const CODE_LENGTH_MAX = 40
/** A server that words every refusal with a code of its own must not grow the table without bound. */
const KINDS_MAX = 500

export type FailureFigures = Omit<FailureRow, 'run_id' | 'trial' | 'label'>

interface Kind extends Omit<FailureFigures, 'count' | 'share'> {
  count: number
}

const keyOf = (outcome: Outcome, reply: Partial<Reply>) =>
  `${outcome}|${reply.phase ?? ''}|${reply.cause ?? ''}|${reply.code ?? ''}|${reply.enhancedCode ?? ''}`

function kindOf(outcome: Outcome, reply: Partial<Reply>, firstAtMs: number): Kind {
  const { phase, cause, code, enhancedCode, text } = reply
  return {
    outcome,
    phase: phase ?? null,
    cause: cause ?? null,
    code: code ?? null,
    enhanced_code: enhancedCode ? plainText(enhancedCode, CODE_LENGTH_MAX) : null,
    first_at_ms: firstAtMs,
    example: text ? plainText(text, EXAMPLE_LENGTH_MAX) : null,
    count: 0,
  }
}

/** Counts what was not accepted, by outcome, phase, cause and codes. */
export class FailureTally {
  readonly #kinds = new Map<string, Kind>()

  /** @param sinceNs since the start of the measured part */
  add(outcome: Outcome, reply: Partial<Reply>, sinceNs: Nanoseconds): void {
    const key = keyOf(outcome, reply)
    let kind = this.#kinds.get(key)
    if (!kind && this.#kinds.size >= KINDS_MAX) return this.#addWithoutCodes(outcome, reply, sinceNs)
    if (!kind) {
      kind = kindOf(outcome, reply, msOf(sinceNs))
      this.#kinds.set(key, kind)
    }
    kind.count++
  }

  /** Past the limit, kinds are told apart by outcome, phase and cause only: these are few. */
  #addWithoutCodes(outcome: Outcome, { phase, cause, text }: Partial<Reply>, sinceNs: Nanoseconds): void {
    const coarse = { phase, cause, text }
    const key = `coarse|${keyOf(outcome, coarse)}`
    const kind = this.#kinds.get(key) ?? kindOf(outcome, coarse, msOf(sinceNs))
    this.#kinds.set(key, kind)
    kind.count++
  }

  /** Most frequent first. `share` is of the scheduled, so that with the accepted it adds up to 1. */
  rows(scheduled: number): FailureFigures[] {
    return [...this.#kinds.values()]
      .map(kind => ({ ...kind, share: digits(kind.count / scheduled) }))
      .sort((a, b) => b.count - a.count)
  }
}
