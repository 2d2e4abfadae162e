import { Bag } from '../bag.ts'
import type { Session } from './session.ts'

/** Sessions with room for more, by how much is under way on them: finding one takes as long with two thousand. */
export class Roster {
  readonly #byLoad: readonly Bag<Session>[]

  /** @param depth the most that may be under way on one */
  constructor(depth: number) {
    this.#byLoad = Array.from({ length: depth }, () => new Bag<Session>())
  }

  /** Notes what has changed of a session. */
  place(session: Session): void {
    const before = session.listedUnder
    const now = session.hasRoom ? session.load : undefined
    if (before === now) return
    if (before !== undefined) this.#byLoad[before]?.delete(session)
    if (now !== undefined) this.#byLoad[now]?.add(session)
    session.listedUnder = now
  }

  /** One of those with the least under way. */
  lightest(): Session | undefined {
    for (const sessions of this.#byLoad) if (sessions.size > 0) return sessions.last()
    return undefined
  }
}
