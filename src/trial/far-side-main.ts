import { messageOf, UsageError } from '../errors.ts'
import { openSinks, type Sinks } from '../sink/sinks.ts'
import type { FromFarSide, ToFarSide } from './far-side-words.ts'

/** The entry of the process that holds the sinks: started by far-side.ts, ends with its parent. */
let sinks: Sinks | undefined

function say(words: FromFarSide): void {
  // The parent may go between question and answer; 'disconnect' then ends this process.
  if (process.connected) process.send?.(words, undefined, undefined, () => {})
}

async function start({ spec }: Extract<ToFarSide, { kind: 'start' }>): Promise<void> {
  try {
    sinks = await openSinks(spec)
    say({ kind: 'ready', endpoints: sinks.endpoints, ca: sinks.ca })
  } catch (error) {
    const stack = error instanceof Error && error.stack ? error.stack : messageOf(error)
    const isUsage = error instanceof UsageError
    say({ kind: 'failed', isUsage, message: isUsage ? error.message : stack })
  }
}

function answer(words: ToFarSide): void {
  if (words.kind === 'start') void start(words)
  else if (words.kind === 'release') sinks?.ledger.release(words.run, words.trial)
  else if (sinks) {
    const { request, run, trial } = words
    say({ kind: 'receipts', request, receipts: sinks.ledger.receipts(run, trial) })
  }
}

// The channel closes however the parent ends, SIGKILL included. Nothing here needs saving.
process.on('disconnect', () => process.exit(0))
// Ctrl-C, or a supervisor's TERM, reaches every process of the group: the parent decides what it means.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
process.on('message', answer)
if (!process.connected) process.exit(0)
