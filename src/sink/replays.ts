import { createHash } from 'node:crypto'
import type { Clock, Nanoseconds } from '../clock.ts'
import type { Idempotency } from '../provider/facts.ts'
import type { HttpResponse, Provider, Taken } from '../provider/provider.ts'
import type { Verdict } from '../sample.ts'

/** Of more requests than this the oldest is forgotten, so that a sink left running does not grow. */
const MAX_ENTRIES = 10_000

interface Entry {
  readonly digest: string
  readonly atNs: Nanoseconds
  /** False once whoever asked can no longer be answered. */
  readonly isOpen: () => boolean
  /** Set once it is answered. */
  response?: HttpResponse
}

/** How a request that came before is answered. */
export type Replay = { readonly response: HttpResponse } | { readonly refusal: Verdict }

/** Remembers requests of an account by the key that they name themselves with, where the provider does. */
export interface Replays {
  /**
   * Answers a repetition; undefined for a request that is new, which is under way from now on.
   * @param isOpen whether whoever asks can still be answered: what nobody waits for may be asked again
   */
  recall(provider: Provider, taken: Taken, body: Buffer, isOpen: () => boolean): Replay | undefined
  /** Keeps the answer to a request that was taken; without one, it was not, and may be tried again. */
  settle(provider: Provider, taken: Taken, response?: HttpResponse): void
}

const digestOf = (body: Buffer) => createHash('sha256').update(body).digest('base64')

function replayOf({ conflict, pending }: Idempotency, entry: Entry, digest: string): Replay {
  if (conflict && entry.digest !== digest) return { refusal: conflict }
  return entry.response ? { response: entry.response } : { refusal: pending }
}

export function createReplays(clock: Clock): Replays {
  const entries = new Map<string, Entry>()

  const nameOf = ({ name, idempotency }: Provider, { idempotencyKey, account }: Taken) =>
    idempotency && idempotencyKey !== undefined ? JSON.stringify([name, account, idempotencyKey]) : undefined

  function isAlive({ atNs, response, isOpen }: Entry, lifetimeNs: Nanoseconds): boolean {
    return clock.nowNs() - atNs < lifetimeNs && (response !== undefined || isOpen())
  }

  return {
    recall(provider, taken, body, isOpen) {
      const { idempotency } = provider
      const name = nameOf(provider, taken)
      if (!idempotency || name === undefined) return undefined
      const digest = digestOf(body)
      const known = entries.get(name)
      if (known && isAlive(known, idempotency.lifetimeNs)) return replayOf(idempotency, known, digest)
      entries.delete(name)
      entries.set(name, { digest, atNs: clock.nowNs(), isOpen })
      if (entries.size > MAX_ENTRIES) {
        // A Map keeps the order of insertion: the first key is the oldest request.
        const [oldest] = entries.keys()
        if (oldest !== undefined) entries.delete(oldest)
      }
      return undefined
    },
    settle(provider, taken, response) {
      const name = nameOf(provider, taken)
      if (name === undefined) return
      const entry = entries.get(name)
      if (response === undefined) entries.delete(name)
      else if (entry) entry.response = response
    },
  }
}
