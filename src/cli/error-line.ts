import { CommanderError } from 'commander'
import { UsageError } from '../errors.ts'
import { plainText } from '../run-store/text.ts'
import { nearest } from './nearest.ts'

/** A plan may repeat anything in what is wrong with it, a megabyte as well. */
const LENGTH_MAX = 2000

/** As commander words an argument that is none of an option's choices. */
const badChoice = /argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s

/** Asks for the choice that was probably meant, instead of listing all of them. */
function withMeant(message: string): string {
  const [words, given = '', choices = ''] = badChoice.exec(message) ?? []
  const meant = words === undefined ? undefined : nearest(given, choices.split(', '))
  return meant === undefined
    ? message
    : message.replace(badChoice, () => `argument '${given}' is not known: did you mean "${meant}"?`)
}

/**
 * The one line that tells users of a mistake of theirs; undefined of anything else, which is a bug and keeps its
 * stack. What a file said is quoted in it: no control character of it reaches the terminal.
 */
export function errorLine(error: unknown): string | undefined {
  if (!(error instanceof UsageError || error instanceof CommanderError)) return undefined
  return `mailbench: ${plainText(withMeant(error.message.replace(/^error: /, '')), LENGTH_MAX)}`
}
