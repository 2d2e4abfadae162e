import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { kept } from '../worker/children.ts'

/** The distribution's daemons and their tools lie where only root's path leads. */
export const environment = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin`, LC_ALL: 'C' }

/** What a command said, and what it took. */
export interface Timed {
  readonly output: string
  /** From its start to its end, to the millisecond. */
  readonly wallS: number
  /** User and system time, to the millisecond. */
  readonly cpuUs: number
}

const SCRIPT = 'TIMEFORMAT="%3R %3U %3S"; time "$@"'

/**
 * Runs a command to its end. Node does not tell what a child has used; the shell's `time` does, by wait4(2),
 * which leaves the shell's own start out.
 * @throws when it fails, with what it said
 */
export async function timed(command: string, args: readonly string[]): Promise<Timed> {
  const child = kept(
    spawn('bash', ['-c', SCRIPT, 'bash', command, ...args], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
  const [output, errors] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    child.exitCode === null && once(child, 'exit'),
  ])
  const times = /([\d.]+) ([\d.]+) ([\d.]+)\s*$/.exec(errors)
  if (child.exitCode !== 0 || !times)
    throw new Error(
      `${command} ended with status ${child.exitCode}: ${(errors + output).trim().slice(-1000)}`,
    )
  const [wallS = 0, userS = 0, systemS = 0] = times.slice(1).map(Number)
  return { output, wallS, cpuUs: (userS + systemS) * 1e6 }
}

/** Linux counts processor time in hundredths of a second wherever programs can see it (proc(5), USER_HZ). */
const TICK_US = 10_000

/** User and system time that a running process has used, all its threads, to the hundredth of a second. */
export function cpuUsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in parentheses may hold anything; utime and stime are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_US
}
