import { CommanderError } from 'commander'
import { UsageError } from '../errors.ts'
import { plainText } from '../run-store/text.ts'

/** A plan may repeat anything in what is wrong with it, a megabyte as well. */
const LENGTH_MAX = 2000

/**
 * The one line that tells users of a mistake of theirs; undefined of anything else, which is a bug and keeps its
 * stack. What a file said is quoted in it: no control character of it reaches the terminal.
 */
export function errorLine(error: unknown): string | undefined {
  if (!(error instanceof UsageError || error instanceof CommanderError)) return undefined
  return `mailbench: ${plainText(error.message.replace(/^error: /, ''), LENGTH_MAX)}`
}
