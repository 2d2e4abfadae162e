import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { hasCode, messageOf, UsageError } from '../errors.ts'
import { replaceFile } from './replace-file.ts'

/** The first thing that is wrong, and where: one line. */
function reasonOf(error: unknown): string {
  const issue = error instanceof z.ZodError ? error.issues[0] : undefined
  if (issue) return `${issue.path.join('.')}: ${issue.message}`
  const [line = ''] = messageOf(error).split('\n')
  return line
}

/**
 * Reads and checks a file of ours; undefined where there is none.
 * @param what it should be, and what makes another: for the message
 * @throws UsageError where there is something else
 */
export async function readJsonFile<T>(
  schema: z.ZodType<T>,
  file: string,
  { what, remedy }: { readonly what: string; readonly remedy: string },
): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (hasCode(error) && error.code === 'ENOENT') return undefined
    throw new UsageError(`"${file}" is no ${what} of this version (${reasonOf(error)}): ${remedy}`, {
      cause: error,
    })
  }
}

/** Writes it, and the folders above it. @throws UsageError when it cannot be written */
export async function writeJsonFile(file: string, value: object): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true })
    await replaceFile(file, `${JSON.stringify(value, null, 2)}\n`)
  } catch (error) {
    if (!hasCode(error)) throw error
    throw new UsageError(`"${file}" cannot be written (${messageOf(error)}): name another with --out`, {
      cause: error,
    })
  }
}
