import { expect, it } from 'vitest'
import { loadTemplate } from '../../src/message/corpus.ts'
import { type Contest, type Contestant, hold } from './contest.ts'
import { contests } from './contests.ts'
import { tableOf } from './table.ts'

const template = await loadTemplate({ sizeBytes: 1024 }, { run: '0badcafe', trial: 1 })
const props = { folder: '.', message: template.message(0) }

/** A contestant whose rates are given, and that uses up one processor. */
function scripted(name: string, ratesPerS: readonly number[], turns: string[] = []): Contestant {
  const rates = ratesPerS.values()
  return {
    name,
    async measure() {
      turns.push(name)
      const ratePerS = rates.next().value ?? Number.NaN
      return { ratePerS, cpuUsPerMessage: 1e6 / ratePerS }
    },
  }
}

const contestOf = (contestants: readonly Contestant[], matches: Contest['matches'] = []): Contest => ({
  name: 'test',
  about: 'Two contestants',
  tools: [],
  matches,
  open: async () => contestants,
})

it('lets contestants take turns, in one order and then in the other, after a round that is not counted', async () => {
  const turns: string[] = []
  const rates = [1, 100, 100]
  const result = await hold(contestOf([scripted('a', rates, turns), scripted('b', rates, turns)]), props, 2)
  expect(turns.join('')).toBe('abbaab')
  expect(result.contestants).toEqual([
    { name: 'a', messages_per_s: 100, cpu_us_per_message: 10_000 },
    { name: 'b', messages_per_s: 100, cpu_us_per_message: 10_000 },
  ])
})

it('takes the median of the ratios of each round, not the ratio of the medians', async () => {
  // The machine is ten times as fast in the last round, for both.
  const matches = [{ ours: 'a', theirs: 'b', rateAtLeast: 2, cpuAtMost: 0.4 }]
  const contestants = [scripted('a', [1, 200, 210, 2000]), scripted('b', [1, 100, 70, 1000])]
  const { matches: found } = await hold(contestOf(contestants, matches), props, 3)
  expect(found).toEqual([
    {
      ours: 'a',
      theirs: 'b',
      rate: { median: 2, min: 2, max: 3, target: '>= 2', reached: true },
      cpu: { median: 0.5, min: 0.333, max: 0.5, target: '<= 0.4', reached: false },
    },
  ])
})

it('prints every match that is declared in at most 100 columns, and marks what was missed', async () => {
  const matches = contests.flatMap(contest => contest.matches)
  const strict = matches.map(match => ({ ...match, rateAtLeast: 1.25, cpuAtMost: 0.75 }))
  const ours = new Set(matches.map(match => match.ours))
  const theirs = new Set(matches.map(match => match.theirs))
  const contestants = [
    ...[...ours].map(name => scripted(name, [1, 1000])),
    ...[...theirs].map(name => scripted(name, [1, 90_000])),
  ]
  const table = tableOf(await hold(contestOf(contestants, strict), props, 1))
  expect(Math.max(...table.split('\n').map(line => line.length))).toBeLessThanOrEqual(100)
  expect(table).toContain(' >= 1.25 ! ')
  expect(table).toMatch(/ <= 0.75 !$/m)
})

it('refuses a match of somebody who does not take part', async () => {
  const contest = contestOf([scripted('a', [1, 1])], [{ ours: 'a', theirs: 'nobody' }])
  await expect(hold(contest, props, 1)).rejects.toThrow('nobody')
})
