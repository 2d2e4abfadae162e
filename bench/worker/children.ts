import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { NS_PER_S, systemClock } from '../../src/clock.ts'

const children = new Set<ChildProcess>()
const END_LIMIT_NS = 3 * NS_PER_S

function killAll(): void {
  for (const child of children) child.kill('SIGKILL')
}

let watching = false
/** Servers would outlive a process that is ended by Ctrl-C or by a supervisor. */
function watchOwnEnd(): void {
  if (watching) return
  watching = true
  process.on('exit', killAll)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      killAll()
      process.kill(process.pid, signal)
    })
  }
}

/** Remembers `child`, so that it does not outlive this process. */
export function kept(child: ChildProcess): ChildProcess {
  watchOwnEnd()
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

/** Ends `child`, by force when it does not go by itself. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const overdue = new AbortController()
  void systemClock.sleep(END_LIMIT_NS, overdue.signal).then(() => child.kill('SIGKILL'))
  await exited
  overdue.abort()
}
