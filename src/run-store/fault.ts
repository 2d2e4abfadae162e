import { hasCode, messageOf, UsageError } from '../errors.ts'

/** The disk refused: full, gone, or read-only since. A value, for one line to the user. */
export interface WriteFault {
  /** `ENOSPC`, … */
  readonly code: string
  readonly message: string
}

/** True for what the operating system said; anything else is a bug of ours and stays an exception. */
function ofTheSystem(error: unknown): error is Error & { code: string } {
  return hasCode(error) && 'syscall' in error
}

/** @throws whatever is no error of the system. */
export function writeFaultOf(error: unknown, dir: string): WriteFault {
  if (!ofTheSystem(error)) throw error
  const message = `cannot write to "${dir}" (${error.message}); what was written before stays there`
  return { code: error.code, message }
}

/** The user's folder cannot take a run: one line that names it. @throws whatever is no error of the system. */
export function unwritable(error: unknown, dir: string): UsageError {
  if (!ofTheSystem(error)) throw error
  return new UsageError(
    `the folder "${dir}" cannot hold a run (${messageOf(error)}): name another with --out`,
    { cause: error },
  )
}
