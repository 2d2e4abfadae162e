import type { Nanoseconds } from '../../clock.ts'
import type { Cause, Reply, Verdict } from '../../sample.ts'
import { Attempt } from '../attempt.ts'
import type { Watch } from '../watch.ts'
import type { RequestForm } from './request-form.ts'

/** A submission, and the request that it is sent as. */
export class WireAttempt extends Attempt {
  /** Of the message: what is put into the form. */
  readonly index: number
  form: RequestForm | undefined
  readonly #watch: Watch

  constructor(index: number, watch: Watch, keepsMarks: boolean) {
    // HTTP answers for all recipients at once.
    super(1, keepsMarks)
    this.index = index
    this.#watch = watch
  }

  override decide(verdict: Verdict, atNs: Nanoseconds, details?: Partial<Reply>): void {
    this.#watch.delete(this)
    super.decide(verdict, atNs, details)
  }

  override fail(cause: Cause, text: string, atNs: Nanoseconds, details?: Partial<Reply>): void {
    this.#watch.delete(this)
    super.fail(cause, text, atNs, details)
  }
}
