/** The process of a trial, started by trial.ts. */
import { systemClock } from '../../src/clock.ts'
import { loadTemplate } from '../../src/message/corpus.ts'
import { generic } from '../../src/provider/generic.ts'
import { createRandom } from '../../src/random.ts'
import { conditionsOf } from '../../src/trial/condition.ts'
import { createSecrets } from '../../src/trial/secrets.ts'
import { runTrial } from '../../src/trial/trial.ts'
import { serve } from './serve.ts'
import type { TrialQuestion, TrialReport } from './trial.ts'

let trials = 0

async function measure({ fields, target }: TrialQuestion): Promise<TrialReport> {
  const condition = conditionsOf(fields).find(({ protocol }) => protocol === target.protocol)
  if (!condition) throw new Error(`no client of these speaks ${target.protocol}: ${JSON.stringify(fields)}`)
  trials += 1
  const { recording, connections, cpuUsPerMessage, fallbacks } = await runTrial({
    condition,
    target,
    template: await loadTemplate(condition.message, { run: '0badcafe', trial: trials }),
    trust: { insecure: false, resume: false },
    provider: generic,
    secrets: createSecrets(),
    clock: systemClock,
    random: createRandom('bench'),
    signal: new AbortController().signal,
    onSample() {},
  })
  // What it fell back to is not what is asked about.
  if (fallbacks.length > 0) throw new Error(`${condition.label}: ${fallbacks.join('; ')}`)
  const { accepted, throughput_per_s } = recording.figures
  if (accepted !== condition.messages || throughput_per_s === null || cpuUsPerMessage === null)
    throw new Error(`${condition.label}: ${accepted} of ${condition.messages} messages were accepted`)
  return { messages: accepted, ratePerS: throughput_per_s, cpuUsPerMessage, connections }
}

serve(measure)
