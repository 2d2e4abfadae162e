import type { Bench } from 'tinybench'
import { systemClock } from '../../src/clock.ts'
import { loadTemplate } from '../../src/message/corpus.ts'
import { generic } from '../../src/provider/generic.ts'
import { createRandom } from '../../src/random.ts'
import { conditionsOf } from '../../src/trial/condition.ts'
import { createSecrets } from '../../src/trial/secrets.ts'
import { runTrial } from '../../src/trial/trial.ts'

const MESSAGES = 100_000

/** A whole trial, but for mail and network: load, messages, recorder, ten users. */
export async function harness(bench: Bench): Promise<void> {
  const load = { users: 10, messages: MESSAGES, warmup: 0, duration: '1m' } as const
  const [condition] = conditionsOf({ smtp: 'sink', client: 'null', ...load })
  if (!condition) throw new Error('there is no condition')
  const template = await loadTemplate({ sizeBytes: 1024 }, { run: '00000000', trial: 1 })
  bench.add('a trial of 100,000 submissions, null transport', async () => {
    await runTrial({
      condition,
      target: { protocol: 'smtp', address: { host: '127.0.0.1', port: 9 }, tls: 'none', display: 'nowhere' },
      template,
      trust: { insecure: false, resume: false },
      provider: generic,
      secrets: createSecrets(),
      clock: systemClock,
      random: createRandom('micro'),
      signal: new AbortController().signal,
      onSample() {},
    })
  })
}
