/** The user's mistake: one line that names the option and the fix, exit status 2, no stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** True for an error that carries a system or library code, such as `ECONNREFUSED`. */
export function hasCode(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
