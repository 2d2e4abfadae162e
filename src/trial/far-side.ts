import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Nanoseconds, NS_PER_S, systemClock } from '../clock.ts'
import { UsageError } from '../errors.ts'
import type { Endpoint, Receipts } from '../sink/sink.ts'
import type { SinksSpec } from '../sink/sinks.ts'
import type { FromFarSide, ToFarSide } from './far-side-words.ts'

export type FarSideSpec = SinksSpec

/** Sinks in a process of their own, off the generator's event loop: they would time each other. */
export interface FarSide extends AsyncDisposable {
  /** In the order of the listeners. */
  readonly endpoints: readonly Endpoint[]
  /** PEM of the authority that signed the sinks' certificate. */
  readonly ca: string
  readonly pid: number
  /** undefined when the process is gone, or does not answer. */
  receipts(run: string, trial: number): Promise<Receipts | undefined>
  /** Forgets a trial's receipts. */
  release(run: string, trial: number): void
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

function launch(): ChildProcess {
  // Compiled files import compiled files: this module's own ending tells which.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fork(fileURLToPath(new URL(`far-side-main.${ending}`, import.meta.url)), [], {
    // The parent's flags, a test runner's or an inspector's, are not meant for it.
    execArgv: [],
    // Structured clones: a Uint8Array stays one.
    serialization: 'advanced',
    // Standard output belongs to the run's summary; a crash is worth reading.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

/** The first answer to `start`; a failure when the process ends before it. */
function firstWords(child: ChildProcess): Promise<FromFarSide> {
  return new Promise((resolve, reject) => {
    child.once('message', words => resolve(words as FromFarSide))
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      reject(new Error(`the sinks' process ended at its start (${signal ?? `status ${code}`})`)),
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

function createFarSide(child: ChildProcess, ready: Extract<FromFarSide, { kind: 'ready' }>): FarSide {
  const asked = new Map<number, (receipts: Receipts | undefined) => void>()
  let requests = 0

  child.on('message', words => {
    const answer = words as FromFarSide
    if (answer.kind === 'receipts') asked.get(answer.request)?.(answer.receipts)
  })
  // Its end closes the channel: nobody is left waiting.
  child.on('disconnect', () => {
    for (const answer of asked.values()) answer(undefined)
  })

  function say(words: ToFarSide): void {
    // A failure to send means that the process is gone: 'disconnect' says so to those who wait.
    if (child.connected) child.send(words, () => {})
  }

  return {
    endpoints: ready.endpoints,
    ca: ready.ca,
    pid: child.pid ?? 0,
    async receipts(run, trial) {
      if (!child.connected) return undefined
      const request = requests++
      const answer = new Promise<Receipts | undefined>(resolve => asked.set(request, resolve))
      say({ kind: 'receipts', request, run, trial })
      try {
        return await within(ANSWER_LIMIT_NS, answer)
      } finally {
        asked.delete(request)
      }
    },
    release: (run, trial) => say({ kind: 'release', run, trial }),
    [Symbol.asyncDispose]: () => end(child),
  }
}

/** @throws UsageError naming the port, when one cannot be had */
export async function startFarSide(spec: FarSideSpec): Promise<FarSide> {
  const child = launch()
  try {
    const first = firstWords(child)
    const start: ToFarSide = { kind: 'start', spec }
    child.send(start, () => {})
    const words = await within(START_LIMIT_NS, first)
    if (words?.kind === 'ready') {
      // From here on it ends with its parent, and does not keep one alive that failed before disposing of it.
      child.unref()
      child.channel?.unref()
      return createFarSide(child, words)
    }
    if (words?.kind !== 'failed') throw new Error("the sinks' process did not start in time")
    throw words.isUsage ? new UsageError(words.message) : new Error(words.message)
  } catch (error) {
    await end(child)
    throw error
  }
}
