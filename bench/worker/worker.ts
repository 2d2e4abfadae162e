import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ended, kept } from './children.ts'
import type { FromWorker } from './serve.ts'

/** A Node process of its own that answers questions, one at a time: what it does is measured apart from all else. */
export interface Worker<Question, Answer> extends AsyncDisposable {
  readonly pid: number
  ask(question: Question): Promise<Answer>
}

function answerTo<Question extends object, Answer>(child: ChildProcess, question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('a worker ended before its answer; what it said is above'))
    child.once('exit', onExit)
    child.once('message', words => {
      child.off('exit', onExit)
      const said = words as FromWorker<Answer>
      if ('failure' in said) reject(new Error(said.failure))
      else resolve(said.answer)
    })
    child.send(question, error => error && reject(error))
  })
}

/** Starts `module`, which calls `serve` with the same types. */
export function startWorker<Question extends object, Answer>(module: URL): Worker<Question, Answer> {
  // The parent's flags are not meant for it. Structured clones, so that bytes stay bytes.
  const child = kept(fork(fileURLToPath(module), [], { execArgv: [], serialization: 'advanced' }))
  return {
    pid: child.pid ?? 0,
    ask: question => answerTo(child, question),
    [Symbol.asyncDispose]: () => ended(child),
  }
}
