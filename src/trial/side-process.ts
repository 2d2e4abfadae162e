import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Nanoseconds, NS_PER_S, systemClock } from '../clock.ts'
import { UsageError } from '../errors.ts'
import type { CallName, FromSide, SideFailure, SideTerms, ToSide } from './side-words.ts'

/** A process of our own, for what the generator must not share its event loop with. It ends with us. */
export interface SideProcess<T extends SideTerms> extends AsyncDisposable {
  readonly ready: T['ready']
  readonly pid: number
  /** undefined when the process is gone, or does not answer. @throws what the call threw there */
  call<K extends CallName<T>>(
    name: K,
    asks: T['calls'][K]['asks'],
  ): Promise<T['calls'][K]['answers'] | undefined>
}

const START_LIMIT_NS = 30 * NS_PER_S
const ANSWER_LIMIT_NS = 10 * NS_PER_S
const END_LIMIT_NS = 2 * NS_PER_S

/** Resolves as `promise` does, or with undefined after `limitNs`. */
async function within<T>(limitNs: Nanoseconds, promise: Promise<T>): Promise<T | undefined> {
  const settled = new AbortController()
  const limit = systemClock.sleep(limitNs, settled.signal).then(() => undefined)
  try {
    return await Promise.race([promise, limit])
  } finally {
    settled.abort()
  }
}

function launch(main: string): ChildProcess {
  // Compiled files import compiled files: this module's own ending tells which.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fork(fileURLToPath(new URL(`${main}.${ending}`, import.meta.url)), [], {
    // The parent's flags, a test runner's or an inspector's, are not meant for it.
    execArgv: [],
    // Structured clones: a Uint8Array and a bigint stay what they are.
    serialization: 'advanced',
    // Standard output belongs to the run's summary; a crash is worth reading.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // A group of its own: Ctrl-C, which reaches the whole group of a terminal, would end it before it is ready to
    // leave that to its parent. On Windows it would open a window.
    detached: process.platform !== 'win32',
  })
}

/** The first answer to `start`; a failure when the process ends before it. */
function firstWords<T extends SideTerms>(child: ChildProcess, whose: string): Promise<FromSide<T>> {
  return new Promise((resolve, reject) => {
    child.once('message', words => resolve(words as FromSide<T>))
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      reject(new Error(`the ${whose} process ended at its start (${signal ?? `status ${code}`})`)),
    )
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  if (child.connected) child.disconnect()
  if (await within(END_LIMIT_NS, exited)) return
  child.kill('SIGKILL')
  await exited
}

const errorOf = ({ isUsage, message }: SideFailure) =>
  isUsage ? new UsageError(message) : new Error(message)

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

function createSide<T extends SideTerms>(child: ChildProcess, ready: T['ready']): SideProcess<T> {
  const waiting = new Map<number, Waiting>()
  let requests = 0

  child.on('message', heard => {
    const words = heard as FromSide<T>
    if (words.kind === 'answer') waiting.get(words.request)?.resolve(words.answer)
    else if (words.kind === 'failed') waiting.get(words.request ?? -1)?.reject(errorOf(words))
  })
  // Its end closes the channel: nobody is left waiting.
  child.on('disconnect', () => {
    for (const { resolve } of waiting.values()) resolve(undefined)
  })

  return {
    ready,
    pid: child.pid ?? 0,
    async call(name, asks) {
      if (!child.connected) return undefined
      const request = requests++
      const answer = new Promise<unknown>((resolve, reject) => waiting.set(request, { resolve, reject }))
      const words: ToSide<T> = { kind: 'call', request, name, asks }
      // A failure to send means that the process is gone: 'disconnect' says so.
      child.send(words, () => {})
      try {
        return await within(ANSWER_LIMIT_NS, answer)
      } finally {
        waiting.delete(request)
      }
    },
    [Symbol.asyncDispose]: () => end(child),
  }
}

/**
 * Starts a process that runs the module `main` of this folder.
 * @param whose for messages: `sinks'`
 * @throws what the start threw there
 */
export async function startSide<T extends SideTerms>(
  main: string,
  whose: string,
  spec: T['spec'],
): Promise<SideProcess<T>> {
  const child = launch(main)
  try {
    const first = firstWords<T>(child, whose)
    const start: ToSide<T> = { kind: 'start', spec }
    child.send(start, () => {})
    const words = await within(START_LIMIT_NS, first)
    if (words?.kind === 'ready') {
      // From here on it ends with its parent, and does not keep one alive that failed before disposing of it.
      child.unref()
      child.channel?.unref()
      return createSide<T>(child, words.ready)
    }
    if (words?.kind === 'failed') throw errorOf(words)
    throw new Error(`the ${whose} process did not start in time`)
  } catch (error) {
    await end(child)
    throw error
  }
}
