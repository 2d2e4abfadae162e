import type { Nanoseconds } from './clock.ts'

interface PhaseFacts {
  /** What happens in it over each protocol; left out where it does not occur. */
  readonly smtp?: string
  readonly http?: string
}

const both = (words: string) => ({ smtp: words, http: words })

/**
 * What a submission passes through, one list for both protocols, in the order in which it happens.
 * Setup: `queue` to `auth`. Message: `encode envelope data content reply` for SMTP (RFC 5321 §3.3),
 * `encode send wait receive` for HTTP. A phase a protocol does not have is absent, never zero.
 */
export const phaseMeanings = {
  encode: both('the message is put into the form in which it is sent'),
  queue: both('it waits for a connection'),
  dns: both('the name is resolved'),
  connect: both('the TCP handshake'),
  tls: both('the TLS handshake'),
  greeting: { smtp: 'the 220 is awaited' },
  hello: { smtp: 'EHLO' },
  starttls: { smtp: 'STARTTLS, up to its reply' },
  auth: { smtp: 'AUTH' },
  envelope: { smtp: 'MAIL and RCPT, up to the last reply' },
  data: { smtp: 'DATA, up to its reply' },
  content: { smtp: 'the message is handed over' },
  reply: { smtp: 'the final reply is awaited' },
  send: { http: 'the request is handed over' },
  wait: { http: 'the head of the response is awaited' },
  receive: { http: 'the body of the response is read' },
} as const satisfies Record<string, PhaseFacts>

export type Phase = keyof typeof phaseMeanings
export const phases = Object.keys(phaseMeanings) as [Phase, ...Phase[]]

const phaseIndex = Object.fromEntries(phases.map((phase, index) => [phase, index])) as Record<Phase, number>

/** To be copied: an array of doubles in the heap, where a Float64Array of this length would live outside of it. */
const absent: readonly number[] = phases.map(() => Number.NaN)

/** The instant at which a phase was entered. */
export interface PhaseMark {
  readonly phase: Phase
  readonly atNs: Nanoseconds
}

/** Time spent in each phase, nanoseconds; absent phases are NaN. Phases may be entered more than once. */
export class PhaseTimes {
  /** Every entry, in order: kept where round trips are to be placed in phases, and nowhere else. */
  readonly marks: PhaseMark[] | undefined
  readonly #spanNs = absent.slice()
  #current: Phase | undefined
  /** The place of the present phase in the list. */
  #index = 0
  #sinceNs: Nanoseconds = 0

  /** @param keepsMarks costs an object a phase: for anatomy trials */
  constructor(keepsMarks = false) {
    this.marks = keepsMarks ? [] : undefined
  }

  /** The phase that is running now; of a failed submission, the one it failed in. */
  get current(): Phase | undefined {
    return this.#current
  }

  /** When the present phase began: what a step's timeout counts from. */
  get sinceNs(): Nanoseconds {
    return this.#sinceNs
  }

  /** Ends the present phase at `atNs` and begins `phase`. */
  enter(phase: Phase, atNs: Nanoseconds): void {
    this.leave(atNs)
    this.#current = phase
    this.#index = phaseIndex[phase]
    this.marks?.push({ phase, atNs })
  }

  /** Ends the present phase at `atNs`; its name stays readable as `current`. */
  leave(atNs: Nanoseconds): void {
    if (this.#current !== undefined) this.#addAt(this.#index, atNs - this.#sinceNs)
    this.#sinceNs = atNs
  }

  /** Adds a span that was measured elsewhere, as of a connection's setup. */
  add(phase: Phase, spanNs: Nanoseconds): void {
    this.#addAt(phaseIndex[phase], spanNs)
  }

  #addAt(index: number, spanNs: Nanoseconds): void {
    const before = this.#spanNs[index] as number
    this.#spanNs[index] = Number.isNaN(before) ? spanNs : before + spanNs
  }

  /** Nanoseconds spent in `phase`, or undefined when it did not occur. */
  get(phase: Phase): Nanoseconds | undefined {
    const spanNs = this.spanNsAt(phaseIndex[phase])
    return Number.isNaN(spanNs) ? undefined : spanNs
  }

  /** Nanoseconds spent in the phase at this place in the list, NaN when it did not occur: for who asks for all. */
  spanNsAt(index: number): Nanoseconds {
    return this.#spanNs[index] as number
  }
}
