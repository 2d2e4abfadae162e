import type { Session } from './session.ts'

/** Sessions with room for more, by how much is under way on them: finding one takes as long with two thousand. */
export class Roster {
  readonly #byLoad: readonly Set<Session>[]
  readonly #loads = new Map<Session, number>()

  /** @param depth the most that may be under way on one */
  constructor(depth: number) {
    this.#byLoad = Array.from({ length: depth }, () => new Set<Session>())
  }

  /** Notes what has changed of a session. */
  place(session: Session): void {
    const before = this.#loads.get(session)
    const now = session.hasRoom ? session.load : undefined
    if (before === now) return
    if (before !== undefined) this.#byLoad[before]?.delete(session)
    if (now === undefined) {
      this.#loads.delete(session)
    } else {
      this.#loads.set(session, now)
      this.#byLoad[now]?.add(session)
    }
  }

  /** One of those with the least under way. */
  lightest(): Session | undefined {
    for (const sessions of this.#byLoad) for (const session of sessions) return session
    return undefined
  }
}
