import { nextTick } from 'node:process'
import { Queue } from './queue.ts'
import { Roster } from './roster.ts'
import type { Session, SessionOwner } from './session.ts'
import type { Submission } from './submission.ts'

export interface PoolOptions {
  /** The most that are open, or being opened, at a time. */
  readonly connections: number
  /** The most submissions under way on each. */
  readonly depth: number
  /** Opens a connection for `opener`; undefined when that failed, of which the opener has been told. */
  readonly open: (opener: Submission, owner: SessionOwner) => Promise<Session | undefined>
  readonly onSettled: (submission: Submission) => void
}

/** To do something in the turn of promises; queueMicrotask would make an asynchronous resource each time. */
const promised = Promise.resolve()

/** Brings submissions and connections together: an idle one first, then a new one, then one that has room. */
export class Pool implements SessionOwner {
  readonly #options: PoolOptions
  readonly #queue = new Queue<Submission>()
  readonly #roster: Roster
  readonly #sessions = new Set<Session>()
  /** Those with something to do. */
  readonly #stirred: Session[] = []
  /** Connections, those that are being opened among them. */
  #connections = 0
  #isScheduled = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#roster = new Roster(options.depth)
  }

  submit(submission: Submission): void {
    this.#queue.push(submission)
    this.#schedule()
  }

  /** Takes leave on every connection. */
  close(): void {
    for (const session of this.#sessions) session.quit()
    this.#sessions.clear()
  }

  onStir(session: Session, hasSettled: boolean): void {
    this.#stir(session)
    // Whoever awaits what has settled is to hear of it first, and may have the next to go with what is due.
    if (hasSettled) void promised.then(this.#schedule)
    else this.#work()
  }

  onSettled(submission: Submission): void {
    this.#options.onSettled(submission)
  }

  onGone(session: Session): void {
    this.#drop(session)
    this.#schedule()
  }

  /** After all that promises of this moment lead to, but before anything else is read. */
  readonly #schedule = () => {
    if (this.#isScheduled) return
    this.#isScheduled = true
    nextTick(this.#run)
  }

  readonly #run = () => {
    this.#isScheduled = false
    this.#work()
  }

  #stir(session: Session): void {
    if (session.isStirred) return
    session.isStirred = true
    this.#stirred.push(session)
  }

  #work(): void {
    for (const session of this.#stirred) {
      session.proceed()
      this.#roster.place(session)
    }
    this.#assign()
    // Emptied by `pop`, which leaves the array its memory.
    for (let session = this.#stirred.pop(); session; session = this.#stirred.pop()) {
      session.isStirred = false
      session.flush()
      this.#roster.place(session)
      if (session.isSpent) this.#retire(session)
    }
  }

  #assign(): void {
    const { connections } = this.#options
    for (let next = this.#next(); next; next = this.#next()) {
      const lightest = this.#roster.lightest()
      if (this.#connections < connections && (!lightest || lightest.load > 0)) {
        this.#queue.shift()
        void this.#open(next)
      } else if (lightest) {
        this.#queue.shift()
        this.#begin(lightest, next)
      } else return
    }
  }

  /** The first that has not been stopped while it waited. */
  #next(): Submission | undefined {
    while (this.#queue.peek()?.settled) this.#queue.shift()
    return this.#queue.peek()
  }

  #begin(session: Session, submission: Submission): void {
    session.begin(submission)
    this.#roster.place(session)
    this.#stir(session)
  }

  async #open(opener: Submission): Promise<void> {
    this.#connections += 1
    const session = await this.#options.open(opener, this)
    if (session) {
      this.#sessions.add(session)
      if (opener.settled) this.#stir(session)
      else this.#begin(session, opener)
    } else this.#connections -= 1
    this.#schedule()
  }

  #retire(session: Session): void {
    session.quit()
    this.#drop(session)
    this.#schedule()
  }

  #drop(session: Session): void {
    this.#roster.place(session)
    this.#sessions.delete(session)
    this.#connections -= 1
  }
}
