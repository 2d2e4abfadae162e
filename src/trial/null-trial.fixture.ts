import { systemClock } from '../clock.ts'
import { loadTemplate } from '../message/corpus.ts'
import { generic } from '../provider/generic.ts'
import { createRandom } from '../random.ts'
import { conditionsOf } from './condition.ts'
import { runPlan } from './run-plan.ts'
import { createSecrets } from './secrets.ts'
import { runTrial } from './trial.ts'

/** What a process held, in bytes, when so many submissions had ended. */
export interface Held {
  readonly submissions: number
  readonly rssBytes: number
  /** Living objects, and what they hold outside of the heap. */
  readonly heapBytes: number
}

export interface NullTrial {
  readonly held: readonly Held[]
  readonly cpuUsPerMessage: number
}

function held(submissions: number): Held {
  globalThis.gc?.()
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  return { submissions, rssBytes: rss, heapBytes: heapUsed + arrayBuffers }
}

/** A trial of the null transport, ten users. For a process of its own, started with --expose-gc. */
export async function nullTrial(messages: number, stops: readonly number[]): Promise<NullTrial> {
  const [condition] = conditionsOf({ smtp: 'sink', client: 'null', users: 10, messages, duration: '10m' })
  if (!condition) throw new Error('there is no condition')
  const seen: Held[] = []
  let submissions = 0
  const { recording, cpuUsPerMessage } = await runTrial({
    condition,
    target: { protocol: 'smtp', address: { host: '127.0.0.1', port: 9 }, tls: 'none', display: 'nowhere' },
    template: await loadTemplate({ sizeBytes: 1024 }, { run: '0badcafe', trial: 1 }),
    trust: { insecure: false, resume: false },
    provider: generic,
    secrets: createSecrets(),
    clock: systemClock,
    random: createRandom('null'),
    signal: new AbortController().signal,
    onSample(_sample, measured) {
      if (measured) submissions += 1
      if (measured && stops.includes(submissions)) seen.push(held(submissions))
    },
  })
  if (recording.figures.accepted !== messages || cpuUsPerMessage === null) throw new Error('no whole trial')
  return { held: seen, cpuUsPerMessage }
}

export const WARM_UP = 1000

/** A run that keeps every submission; resolves with its directory. */
export async function keptRun(messages: number, out: string): Promise<string> {
  const load = { users: 10, messages, warmup: WARM_UP, duration: '10m', repeat: 1 } as const
  const { directory } = await runPlan({ smtp: 'sink', client: 'null', ...load, samples: true, out })
  return directory
}
