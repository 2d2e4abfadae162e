import { parseThreshold } from '../gate/threshold.ts'
import { createRandom } from '../random.ts'
import { planSchema } from '../trial/plan.ts'
import { planTrials } from '../trial/planned.ts'
import { predictNs } from '../trial/predict.ts'
import { prepare } from '../trial/prepare.ts'
import { errorLine } from './error-line.ts'
import { planMutator } from './mutated-plans.fixture.ts'
import { withFlags } from './plan-source.ts'
import { parseYaml } from './yaml-file.ts'

const environment = { SMTP_PASSWORD: 'pa55', API_KEY: 'k3y', SENDGRID_API_KEY: 'SG.x' }

/** Does all that `run` does with a plan before it opens a socket or a file. */
export async function tryPlan(text: string): Promise<void> {
  const plan = withFlags(parseYaml('plan.yaml', text, planSchema), {})
  for (const threshold of plan.thresholds ?? []) parseThreshold(threshold)
  const planned = planTrials(await prepare(plan, environment, 'seed'), createRandom('order'))
  const predictedNs = planned.reduce((sum, { condition }) => sum + predictNs(condition), 0)
  if (planned.length === 0 || !(predictedNs > 0 && Number.isFinite(predictedNs)))
    throw new Error(`${planned.length} trials in ${predictedNs} ns`)
}

/** One line, in which nothing moves the cursor or the direction of writing. */
export const refusalLine = /^mailbench: [^\p{Cc}\u2028\u2029\u202a-\u202e]+$/u

/**
 * Tries mutations of sound plans. @returns how many were taken
 * @throws at the first that is neither taken nor refused in one line
 */
export async function tryMutations(count: number, seed: string): Promise<number> {
  const mutant = planMutator(createRandom(seed))
  let taken = 0
  for (let i = 0; i < count; i++) {
    const text = mutant()
    try {
      await tryPlan(text)
      taken += 1
    } catch (error) {
      if (!refusalLine.test(errorLine(error) ?? ''))
        throw new Error(`mutation ${i} is neither taken nor refused:\n${text}`, { cause: error })
    }
  }
  return taken
}
