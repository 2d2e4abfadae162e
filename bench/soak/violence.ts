import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NS_PER_MS, systemClock } from '../../src/clock.ts'
import type { Random } from '../../src/random.ts'
import { readRun } from '../../src/run-store/reader.ts'
import { kept } from '../worker/children.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** Processes that `parent` has started, by a part of their command line. */
export function childrenOf(parent: number, program: string): number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([, ppid, ...args]) => Number(ppid) === parent && args.join(' ').includes(program))
    .map(([pid]) => Number(pid))
}

function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z')
  } catch {
    return false
  }
}

interface Ending {
  readonly name: string
  readonly signals: readonly NodeJS.Signals[]
  /** Null for a process that a signal ended. */
  readonly status: number | null
}

const endings: readonly Ending[] = [
  { name: 'SIGTERM', signals: ['SIGTERM'], status: 130 },
  { name: 'SIGINT', signals: ['SIGINT'], status: 130 },
  { name: 'SIGINT twice', signals: ['SIGINT', 'SIGINT'], status: 130 },
  { name: 'kill -9', signals: ['SIGKILL'], status: null },
]

export const endingNames = endings.map(({ name }) => name)

const ORPHANS_GONE_MS = 10_000

/** Ends a run in the middle by a signal. @returns what is wrong with how it ended; nothing, as a rule */
export async function endInTheMiddle(name: string, random: Random): Promise<string[]> {
  const ending = endings.find(ending => ending.name === name)
  if (!ending) throw new Error(`no ending is called ${name}`)
  const out = await mkdtemp(join(tmpdir(), 'mailbench-soak-'))
  const args = [main, 'run', 'quick', '--rtt', '1ms', '--repeat', '50', '--samples', '--out', out]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  kept(child)
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text
    })
  const closed = once(child, 'close')
  while (!/^(?:floors|round trips|round \d+ of \d+): /m.test(printed.stderr) && child.exitCode === null)
    await systemClock.sleep(20 * NS_PER_MS)
  await systemClock.sleep(random.integer(1000) * NS_PER_MS)
  const sides = childrenOf(child.pid ?? 0, 'side-main')
  for (const signal of ending.signals) {
    child.kill(signal)
    // Two signals of a kind at once are one.
    await systemClock.sleep(50 * NS_PER_MS)
  }
  const [status] = await closed
  for (let waitedMs = 0; sides.some(isRunning) && waitedMs < ORPHANS_GONE_MS; waitedMs += 100)
    await systemClock.sleep(100 * NS_PER_MS)
  const [dir = ''] = await readdir(out)
  const isReadable = await readRun(join(out, dir)).then(
    () => true,
    () => false,
  )
  await rm(out, { recursive: true, force: true })
  return [
    ...(status === ending.status
      ? []
      : [`ended with status ${status}, not ${ending.status}: ${printed.stderr}`]),
    ...(/^ {4}at /m.test(printed.stderr) ? [`ended with a stack: ${printed.stderr}`] : []),
    ...(sides.length === 2 ? [] : [`had ${sides.length} processes beside it, not 2`]),
    ...(sides.some(isRunning) ? ['left processes running'] : []),
    ...(isReadable ? [] : ['left a directory that cannot be read']),
  ]
}
