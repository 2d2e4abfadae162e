import { expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { loadTemplate } from '../message/corpus.ts'
import { createRandom } from '../random.ts'
import type { Condition } from './condition.ts'
import { openerOf } from './pairings.ts'
import { prepare } from './prepare.ts'
import { rehearsalsOf } from './rehearsal.ts'
import { openLocalSinks } from './sinks.ts'

it('lets the faults of a condition befall what it measures, and neither anatomies nor rehearsals', async () => {
  const prepared = await prepare(
    {
      tls: 'none',
      script: { faults: [{ at: 'content', do: 'unavailable' }] },
      conditions: [{}, { faults: [] }, { faults: [{ at: 'content', do: 'reset', every: 3 }] }],
    },
    {},
    'seed',
  )
  await using sinks = await openLocalSinks(prepared, createRandom('sinks'))
  const template = await loadTemplate('password-reset', { run: prepared.run, trial: 1 })

  /** The outcomes of so many messages under a condition, one a letter. */
  async function outcomesOf(condition: Condition, messages: number): Promise<string> {
    const target = sinks.targetOf(condition)
    const open = openerOf(condition.client, condition.protocol)
    if (!target || !open) throw new Error('the condition has no sink')
    const trust = { insecure: false, resume: false }
    const signal = new AbortController().signal
    await using transport = open({
      condition,
      target,
      trust,
      provider: prepared.provider,
      clock: systemClock,
      signal,
    })
    let letters = ''
    for (let index = 0; index < messages; index++)
      letters += (await transport.submit(template.message(index))).outcome.charAt(0)
    return letters
  }

  const measured = await Promise.all(prepared.conditions.map(condition => outcomesOf(condition, 6)))
  // Per condition, SMTP and HTTP: deferred, accepted, and each third in doubt.
  expect(measured).toEqual(['dddddd', 'dddddd', 'aaaaaa', 'aaaaaa', 'aaiaai', 'aaiaai'])
  const besides = [...prepared.anatomies, ...rehearsalsOf(prepared.conditions)]
  expect(besides.length).toBeGreaterThan(4)
  for (const condition of besides)
    expect([condition.label, await outcomesOf(condition, 6)]).toEqual([condition.label, 'aaaaaa'])
})
