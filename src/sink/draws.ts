import { parseIdentity } from '../message/identity.ts'
import { createRandom, type Random } from '../random.ts'

/**
 * The stream from which a message's fate is drawn: one for the message that came whole, and one for each
 * step before it.
 */
export type Draws = (id: string | undefined, step?: string) => Random

/** A stream that is made when first drawn from: most scripts draw nothing, and seeding costs more than a ledger entry. */
class LazyRandom implements Random {
  readonly #seed: string
  #random: Random | undefined

  constructor(seed: string) {
    this.#seed = seed
  }

  #made(): Random {
    this.#random ??= createRandom(this.#seed)
    return this.#random
  }

  next(): number {
    return this.#made().next()
  }

  integer(bound: number): number {
    return this.#made().integer(bound)
  }

  exponential(mean: number): number {
    return this.#made().exponential(mean)
  }

  normal(): number {
    return this.#made().normal()
  }

  fork(label: string): Random {
    return this.#made().fork(label)
  }
}

/**
 * The message's index decides its stream: the same seed refuses the same messages over both protocols, in
 * every repetition, whatever was sent before and in whatever order it arrives. What carries no identity, as
 * of another client, draws from one stream in its order of arrival.
 */
export function createDraws(seed: string): Draws {
  const inOrder = createRandom(seed).fork('unidentified')
  return (id, step = 'content') => {
    const identity = id === undefined ? undefined : parseIdentity(id)
    if (!identity) return inOrder
    const message = `${seed}/message/${identity.index}`
    // Steps of their own streams: otherwise a message that is hit at one would be hit at all.
    return new LazyRandom(step === 'content' ? message : `${message}/${step}`)
  }
}
