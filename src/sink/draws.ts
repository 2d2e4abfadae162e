import { parseIdentity } from '../message/identity.ts'
import { createRandom, type Random } from '../random.ts'

/** The stream from which a message's fate is drawn. */
export type Draws = (id: string | undefined) => Random

/**
 * The message's index decides its stream: the same seed refuses the same messages over both protocols, in
 * every repetition, whatever was sent before and in whatever order it arrives. What carries no identity, as
 * of another client, draws from one stream in its order of arrival.
 */
export function createDraws(seed: string): Draws {
  const inOrder = createRandom(seed).fork('unidentified')
  return id => {
    const identity = id === undefined ? undefined : parseIdentity(id)
    return identity ? createRandom(`${seed}/message/${identity.index}`) : inOrder
  }
}
