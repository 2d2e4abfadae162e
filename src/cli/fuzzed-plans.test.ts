import { expect, it } from 'vitest'
import { planSchema } from '../trial/plan.ts'
import { examplePlans } from './mutated-plans.fixture.ts'
import { tryMutations, tryPlan } from './plan-trial.fixture.ts'

/** `FUZZ_INPUTS=1000000 npx vitest run src/cli/fuzzed-plans.test.ts` tries more; the system tests try 10,000. */
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 2000)

it('plans from which mutations start are sound, and say every field together', async () => {
  const fields = new Set(examplePlans.flatMap(Object.keys))
  expect(Object.keys(planSchema.shape).filter(field => !fields.has(field))).toEqual(['tls_ca'])
  for (const plan of examplePlans) await tryPlan(JSON.stringify(plan))
})

it(
  `${INPUTS} mutations of plans are taken or refused in one line, and in no other way`,
  async () => {
    const taken = await tryMutations(INPUTS, 'plans')
    // Neither all sound nor all nonsense.
    expect(taken).toBeGreaterThan(INPUTS / 20)
    expect(taken).toBeLessThan(INPUTS / 2)
  },
  60_000 + INPUTS,
)
