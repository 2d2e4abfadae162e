import { z } from 'zod'
import { messageOf } from './errors.ts'
import { parseDurationNs, parseSizeBytes } from './units.ts'

/**
 * Texts that a parser of units.ts must take. They stay texts, so that a stored plan reads as it was written;
 * whoever needs the number parses again.
 */
export function textFor(parse: (text: string) => unknown) {
  return z.string().check(context => {
    try {
      parse(context.value)
    } catch (error) {
      // `continue`: the type is right, so that a union takes this for its closest branch and shows the message.
      context.issues.push({
        code: 'custom',
        input: context.value,
        message: messageOf(error),
        continue: true,
      })
    }
  })
}

export const durationText = textFor(parseDurationNs)
export const sizeText = textFor(parseSizeBytes)

const positive = (text: string) => {
  const spanNs = parseDurationNs(text)
  if (spanNs === 0) throw new Error('must be longer than 0')
  return spanNs
}
export const positiveDurationText = textFor(positive)

/** One line, as names of files and what is printed have to be; no file name holds NUL. */
export const lineText = textFor(text => {
  if (/\p{Cc}/u.test(text))
    throw new Error('holds a line break, NUL or another control character: take it out')
})

/** A whole number of at least `least`. */
export const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z
    .number({ error: 'must be a number' })
    .int({ error: 'must be a whole number' })
    .min(least, { error: `must be a whole number of at least ${least}` })
    .max(most, { error: `must be a whole number of at most ${most}` })
