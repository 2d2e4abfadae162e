import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createRandom, type Random } from '../../random.ts'
import type { TrialRow } from '../../run-store/schema.ts'
import { compareRuns } from './compare.ts'
import type { Comparison } from './comparison.ts'
import { timedMetrics } from './metrics.ts'
import { exampleRun } from './runs.fixture.ts'

/**
 * How often `compare` is wrong, on repetitions that were measured, and not on numbers that were drawn: each label of
 * fixtures/repetitions was run 60 times on a busy machine, and what is near in time is alike.
 */
type Figures = Readonly<Record<string, readonly number[]>>
interface Measured {
  readonly labels: Readonly<Record<string, Figures>>
}

const measured = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../../fixtures/repetitions/${name}.json`, import.meta.url), 'utf8'),
  ) as Measured

const COMPARISONS = 200
const REPETITIONS = 10
/** Repetitions that stay together when they are drawn: as long as what disturbs a machine lasts. */
const BLOCK = 5
const options = { metrics: timedMetrics, anyway: false, countedOnly: false, isBaseline: false }

/** Rounds by blocks, each from anywhere: the moving block bootstrap (H. R. Künsch, Annals of Statistics 17 (1989)). */
function drawRounds(random: Random, rounds: number, of: number): number[] {
  const drawn: number[] = []
  while (drawn.length < rounds) {
    const start = random.integer(of - BLOCK + 1)
    for (let i = 0; i < BLOCK && drawn.length < rounds; i++) drawn.push(start + i)
  }
  return drawn
}

const rowAt = (figures: Figures, round: number): Partial<TrialRow> =>
  Object.fromEntries(Object.entries(figures).map(([metric, values]) => [metric, values[round]]))

/** A run that has these rounds of the labels of a server; what it is called is left out of their names. */
function runOf({ labels }: Measured, server: string, rounds: readonly number[]) {
  const ofServer = Object.entries(labels).filter(([label]) => label.startsWith(`${server} `))
  return exampleRun(
    ofServer.map(([label, figures]) => ({
      label: label.slice(server.length + 1),
      repetitions: rounds.map(round => rowAt(figures, round)),
    })),
  )
}

/** As two checkouts take turns: base first and head first. */
const turns = (rounds: readonly number[]) => [
  rounds.filter((_, i) => i % 4 === 0 || i % 4 === 3),
  rounds.filter((_, i) => i % 4 === 1 || i % 4 === 2),
]

function shareOf(verdict: (comparisons: readonly Comparison[]) => boolean, compare: () => Comparison[]) {
  let times = 0
  for (let i = 0; i < COMPARISONS; i++) if (verdict(compare())) times++
  return times / COMPARISONS
}

const roundsIn = ({ labels }: Measured) => Object.values(labels)[0]?.['latency_p50_ms']?.length ?? 0

describe.each(['think-5ms', 'think-50ms'])('of what was measured with %s', name => {
  const all = measured(name)

  test.each(['steady', 'slower'])(
    '%s and itself are called different in 5 % of the comparisons at most',
    server => {
      const random = createRandom(`a/a/${name}/${server}`)
      const alarms = shareOf(
        comparisons => comparisons.some(({ verdict }) => verdict === 'worse' || verdict === 'better'),
        () => {
          const [base = [], next = []] = turns(drawRounds(random, 2 * REPETITIONS, roundsIn(all)))
          expect([base.length, next.length]).toEqual([REPETITIONS, REPETITIONS])
          return [...compareRuns([runOf(all, server, base)], [runOf(all, server, next)], options).comparisons]
        },
      )
      expect(alarms).toBeLessThanOrEqual(0.05)
    },
  )
})

describe('a server that answers later by a tenth', () => {
  const all = measured('think-50ms')

  test('is found in 90 % of the comparisons of ten repetitions at least', () => {
    const random = createRandom('power')
    const found = shareOf(
      comparisons => comparisons.some(({ verdict }) => verdict === 'worse'),
      () => {
        const rounds = drawRounds(random, REPETITIONS, roundsIn(all))
        return [
          ...compareRuns([runOf(all, 'steady', rounds)], [runOf(all, 'slower', rounds)], options).comparisons,
        ]
      },
    )
    expect(found).toBeGreaterThanOrEqual(0.9)
  })
})
