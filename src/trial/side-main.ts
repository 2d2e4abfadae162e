import { messageOf, UsageError } from '../errors.ts'
import type { CallName, FromSide, SideTerms, ToSide } from './side-words.ts'

/** What a started process answers with. */
export type Calls<T extends SideTerms> = {
  readonly [K in CallName<T>]: (
    asks: T['calls'][K]['asks'],
  ) => T['calls'][K]['answers'] | Promise<T['calls'][K]['answers']>
}

export interface Started<T extends SideTerms> {
  readonly ready: T['ready']
  readonly calls: Calls<T>
}

/** Runs a process that side-process.ts started: it answers its parent, and ends with it. */
export function serveSide<T extends SideTerms>(start: (spec: T['spec']) => Promise<Started<T>>): void {
  let calls: Calls<T> | undefined

  function say(words: FromSide<T>): void {
    // The parent may go between question and answer; 'disconnect' then ends this process.
    if (process.connected) process.send?.(words, undefined, undefined, () => {})
  }

  /** @param request of the call; undefined for the start */
  async function answer(work: () => Promise<FromSide<T>>, request?: number): Promise<void> {
    try {
      say(await work())
    } catch (error) {
      const stack = error instanceof Error && error.stack ? error.stack : messageOf(error)
      const isUsage = error instanceof UsageError
      const message = isUsage ? error.message : stack
      say({ kind: 'failed', ...(request !== undefined && { request }), isUsage, message })
    }
  }

  function hear(words: ToSide<T>): void {
    if (words.kind === 'start') {
      void answer(async () => {
        const started = await start(words.spec)
        calls = started.calls
        return { kind: 'ready', ready: started.ready }
      })
      return
    }
    const { request, name, asks } = words
    const call = calls?.[name]
    if (call) void answer(async () => ({ kind: 'answer', request, answer: await call(asks) }), request)
  }

  // The channel closes however the parent ends, SIGKILL included. Nothing here needs saving.
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C on Windows, or a supervisor's TERM, reaches every process: the parent decides what it means.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  process.on('message', hear)
  if (!process.connected) process.exit(0)
}
