import { parseIdentity } from '../message/identity.ts'
import { createRandom, type Random } from '../random.ts'

/**
 * The stream from which a message's fate is drawn: one for the message that came whole, and one for each
 * step before it.
 */
export type Draws = (id: string | undefined, step?: string) => Random

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
    return createRandom(step === 'content' ? message : `${message}/${step}`)
  }
}
