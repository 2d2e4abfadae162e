import type { Clock, Nanoseconds } from '../clock.ts'
import { failureInWords } from '../report/summary.ts'
import type { TrialRow } from '../run-store/schema.ts'
import { plainText } from '../run-store/text.ts'
import type { Reply, Sample } from '../sample.ts'
import type { Planned } from '../trial/planned.ts'
import { type Ended, type Outlook, outlookOf, timeLeftNs } from './time-left.ts'

const WORDS_MAX = 120

/**
 * What is seen of a run's trials while they go on: how long they take, and of which nothing is accepted. `sample` runs
 * on the measuring loop: it makes no object.
 */
export class RunWatch {
  readonly #planned: readonly Planned[]
  readonly #clock: Clock
  readonly #ended: Ended[] = []
  readonly #told = new Set<string>()
  #current: Planned | undefined
  #outlook: Outlook
  #beganNs: Nanoseconds = 0
  /** Until when time is accounted for; undefined before the first trial that is no floor and no anatomy. */
  #lastNs: Nanoseconds | undefined
  /** Of the trial under way, its warm-up among them. */
  #submitted = 0
  #accepted = 0
  #spentNs: Nanoseconds = 0
  #failure: Reply | undefined

  constructor(planned: readonly Planned[], clock: Clock) {
    this.#planned = planned
    this.#clock = clock
    this.#outlook = outlookOf(planned, 0, [])
  }

  started(planned: Planned): void {
    this.#outlook = outlookOf(this.#planned, planned.trial - 1, this.#ended)
    this.#current = planned
    this.#beganNs = this.#clock.nowNs()
    if (planned.purpose === 'measure') this.#lastNs ??= this.#beganNs
    this.#submitted = 0
    this.#accepted = 0
    this.#spentNs = 0
    this.#failure = undefined
  }

  sample({ startNs, endNs, reply }: Sample): void {
    // What we end ourselves says nothing of the server.
    if (reply.outcome === 'aborted') return
    this.#submitted++
    this.#spentNs += endNs - startNs
    if (reply.outcome === 'accepted') this.#accepted++
    else this.#failure ??= reply
  }

  /** What has to be said at once: that a server which is not ours accepted nothing, and how. Once a way of failing. */
  ended(planned: Planned, row: TrialRow): string | undefined {
    const nowNs = this.#clock.nowNs()
    // Our own sinks accept nothing where a label wants it so, which says nothing of other labels.
    const isElsewhere = planned.condition.target.kind === 'url'
    const isDead = isElsewhere && this.#failure !== undefined && this.#accepted === 0
    this.#ended.push({
      planned,
      tookNs: nowNs - (this.#lastNs ?? nowNs),
      ...(isDead && { deadNs: this.#spentNs / this.#submitted }),
    })
    if (this.#lastNs !== undefined) this.#lastNs = nowNs
    this.#outlook = outlookOf(this.#planned, planned.trial, this.#ended)
    this.#current = undefined
    return isDead ? this.#notice(row) : undefined
  }

  #notice({ label, transport, target }: TrialRow): string | undefined {
    const { outcome = 'faulted', phase, cause, code, enhancedCode, text } = this.#failure ?? {}
    const end = { outcome, phase: phase ?? null, cause: cause ?? null }
    const key = JSON.stringify([transport, target, end])
    if (this.#told.has(key)) return undefined
    this.#told.add(key)
    const how = failureInWords({ ...end, code: code ?? null, enhanced_code: enhancedCode ?? null })
    const words = text === undefined ? '' : `: ${plainText(text, WORDS_MAX)}`
    return `${label}: 0 of ${this.#submitted.toLocaleString('en-US')} accepted: ${how}${words}`
  }

  /** @param part of the trial under way, from 0 to 1 */
  leftNs(part = 0): Nanoseconds {
    const planned = this.#current
    if (!planned) return timeLeftNs(this.#outlook)
    const elapsedNs = this.#clock.nowNs() - this.#beganNs
    return timeLeftNs(this.#outlook, { planned, elapsedNs, part })
  }
}
