import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { hasCode } from '../errors.ts'
import { unwritable } from './fault.ts'

const COLLISIONS_MAX = 1000
const NAME_LENGTH_MAX = 64

/** `20261123T091500Z`: ISO 8601 basic format, sorts by time, and is a file name everywhere. */
export function stampOf(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

function fileNameOf(plan: string): string {
  const name = plan.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '')
  return name.slice(0, NAME_LENGTH_MAX) || 'run'
}

/**
 * Makes a folder and those above it. Node's own `recursive` never returns where a file system answers ENOENT
 * to a mkdir in a folder that exists, as /proc does.
 */
async function makeFolders(path: string): Promise<void> {
  const make = () =>
    mkdir(path).catch((error: unknown) => {
      if (!hasCode(error) || error.code !== 'EEXIST') throw error
    })
  try {
    await make()
  } catch (error) {
    if (!hasCode(error) || error.code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolders(dirname(path))
    await make()
  }
}

/**
 * Makes `<out>/<UTC stamp>-<plan>` and returns its path; a second run in the same second gets `-2`. It is
 * made here and not only named, because only making it settles who has it. @throws UsageError
 */
export async function runDirectory(out: string, plan: string, wallMs: number): Promise<string> {
  const base = join(out, `${stampOf(wallMs)}-${fileNameOf(plan)}`)
  try {
    await makeFolders(resolve(out))
    for (let attempt = 1; attempt <= COLLISIONS_MAX; attempt++) {
      const dir = attempt === 1 ? base : `${base}-${attempt}`
      try {
        await mkdir(dir)
        return dir
      } catch (error) {
        if (!hasCode(error) || error.code !== 'EEXIST' || attempt === COLLISIONS_MAX) throw error
      }
    }
  } catch (error) {
    throw unwritable(error, out)
  }
  return base
}
