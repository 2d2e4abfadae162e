import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { NS_PER_S, systemClock } from '../../src/clock.ts'
import { onOwnEnd } from './own-end.ts'

const END_LIMIT_NS = 3 * NS_PER_S

/** Remembers `child`, so that it does not outlive this process. */
export function kept(child: ChildProcess): ChildProcess {
  const watch = onOwnEnd(() => child.kill('SIGKILL'))
  child.once('exit', () => watch[Symbol.dispose]())
  return child
}

/** Ends `child`, by force when it does not go by itself. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const gone = new AbortController()
  void systemClock.sleep(END_LIMIT_NS, gone.signal).then(() => gone.signal.aborted || child.kill('SIGKILL'))
  await exited
  gone.abort()
}
