import { expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { roundOf } from '../stats/round.ts'
import { conditionsOf } from './condition.ts'
import type { Plan } from './plan.ts'
import { interleave, planTrials } from './planned.ts'
import { prepare } from './prepare.ts'

const conditionsWith = (repeat: number) =>
  conditionsOf({ connection: ['reuse', 'fresh'], users: [1, 2, 3], repeat })
const conditions = conditionsWith(10)

const orderOf = (seed: string, repetitions = 10) =>
  interleave(conditionsWith(repetitions), createRandom(seed)).map(({ condition }) => condition.label)

const rounds = <T>(items: readonly T[]) =>
  Array.from({ length: items.length / conditions.length }, (_, round) =>
    items.slice(round * conditions.length, (round + 1) * conditions.length),
  )

test('each round has every label once, and its repetition’s number', () => {
  const planned = interleave(conditions, createRandom('a'))
  const labels = conditions.map(({ label }) => label).sort()
  expect(planned.map(({ trial }) => trial)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1))
  for (const [round, trials] of rounds(planned).entries()) {
    expect(trials.map(({ condition }) => condition.label).sort()).toEqual(labels)
    expect(new Set(trials.map(({ repetition }) => repetition))).toEqual(new Set([round + 1]))
    expect(new Set(trials.map(planned => planned.round))).toEqual(new Set([round + 1]))
  }
})

test('the order is the seed’s', () => {
  expect(orderOf('a')).toEqual(orderOf('a'))
  expect(orderOf('a')).not.toEqual(orderOf('b'))
})

test('each round has an order of its own, in which no label is always first', () => {
  const orders = rounds(orderOf('a')).map(labels => labels.join())
  expect(new Set(orders).size).toBe(10)
  const firsts = new Set(rounds(orderOf('a', 200)).map(([first]) => first))
  expect(firsts.size).toBe(conditions.length)
})

test('one repetition is one round, no condition is none', () => {
  expect(orderOf('a', 1)).toHaveLength(conditions.length)
  expect(interleave([], createRandom('a'))).toEqual([])
})

test('a label with fewer repetitions than others is spread over the whole run', () => {
  const mixed = conditionsOf({
    smtp: 'sink',
    repeat: 10,
    conditions: [{ users: [1, 2, 3] }, { connection: 'fresh', repeat: 3 }],
  })
  const planned = interleave(mixed, createRandom('a'))
  expect(planned).toHaveLength(33)
  const rare = planned.filter(({ condition }) => condition.repetitions === 3)
  expect(rare.map(({ repetition }) => repetition)).toEqual([1, 2, 3])
  const thirds = rare.map(({ trial }) => Math.ceil((3 * trial) / planned.length))
  expect(thirds).toEqual([1, 2, 3])
  const roundOfTrial = planned.map(({ round }) => round)
  expect(roundOfTrial).toEqual(roundOfTrial.toSorted((a, b) => a - b))
  expect(new Set(roundOfTrial).size).toBe(10)
  // Stored runs keep the repetition only: the round follows from it.
  for (const { condition, repetition, round } of planned)
    expect(roundOf(repetition, condition.repetitions, 10)).toBe(round)
})

test('a plan repeats each label as often as it says, three times when it says nothing', async () => {
  const random = createRandom('a')
  const measured = async (plan: Plan) =>
    planTrials(await prepare(plan, {}, 'a'), random).filter(({ purpose }) => purpose === 'measure')
  expect(await measured({ repeat: 5 })).toHaveLength(10)
  expect(await measured({})).toHaveLength(6)
})

test('the floors come first, of the harness and of the bare sinks; then the anatomies, one for each kind', async () => {
  const plan: Plan = { users: [1, 10], connection: ['fresh', 'reuse'], repeat: 2 }
  const planned = planTrials(await prepare(plan, {}, 'a'), createRandom('a'))
  const floors = planned.slice(0, 6)
  expect(floors.map(({ condition, purpose }) => [condition.label, purpose])).toEqual(
    ['1u', '10u', 'smtp 1u', 'smtp 10u', 'http 1u', 'http 10u'].map(kind => [`floor ${kind}`, 'floor']),
  )
  expect(planned.map(({ trial }) => trial)).toEqual(planned.map((_, i) => i + 1))
  expect(planned.slice(6, 10).map(({ condition, purpose }) => [condition.label, purpose])).toEqual([
    ['anatomy smtp nodemailer fresh 1u', 'anatomy'],
    ['anatomy smtp nodemailer reuse 1u', 'anatomy'],
    ['anatomy http undici fresh 1u', 'anatomy'],
    ['anatomy http undici reuse 1u', 'anatomy'],
  ])
  expect(planned.slice(10).every(({ purpose }) => purpose === 'measure')).toBe(true)
})

test('the order does not depend on what else the seed was used for', async () => {
  const prepared = await prepare({ users: [1, 2, 3, 4] }, {}, 'a')
  const [used, unused] = [createRandom('a'), createRandom('a')]
  used.next()
  const labels = (random: typeof used) => planTrials(prepared, random).map(({ condition }) => condition.label)
  expect(labels(used)).toEqual(labels(unused))
})

test('a plan can do without anatomies, so that nothing is sent beside what is measured', async () => {
  const planned = planTrials(await prepare({ skip_anatomy: true, repeat: 1 }, {}, 'a'), createRandom('a'))
  expect(planned.map(({ purpose }) => purpose)).not.toContain('anatomy')
})
