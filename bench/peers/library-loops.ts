import { startWorker } from '../worker/worker.ts'
import type { LoopQuestion } from './library-main.ts'
import { CONNECTIONS, type OpenSender, type Sent } from './stage.ts'

/** A bare loop of a library: what an application pays that sends as fast as it can, and observes nothing. */
export function bareLoop(library: LoopQuestion['library'], warmup: number, messages: number): OpenSender {
  return async (address, { stack }) => {
    const worker = stack.use(startWorker<LoopQuestion, Sent>(new URL('library-main.ts', import.meta.url)))
    return {
      name: `bare ${library} loop`,
      send: () => worker.ask({ library, address, connections: CONNECTIONS, warmup, messages }),
    }
  }
}
