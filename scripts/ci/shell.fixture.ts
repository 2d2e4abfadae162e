import { execFile } from 'node:child_process'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const repository = fileURLToPath(new URL('../../', import.meta.url))

export interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end as CI starts it: with the Node of these tests before any other. */
export async function shell(
  cwd: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const [command = '', ...args] = words
  const { FORCE_COLOR, GITHUB_SHA, ...inherited } = process.env
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`
  const env = { ...inherited, PATH, NO_COLOR: '1', ...environment }
  try {
    return {
      status: 0,
      ...(await promisify(execFile)(command, args, { cwd, env, maxBuffer: 16 * 1024 * 1024 })),
    }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
    if (typeof code !== 'number') throw error
    return { status: code, stdout, stderr }
  }
}

export const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? ''
