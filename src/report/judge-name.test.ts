import { describe, expect, it } from 'vitest'
import { exampleRun } from '../claims/run.fixture.ts'
import { judgeName } from './judge-name.ts'

const nameIn = (runs: readonly (readonly [id: string, name: string])[], runId: string | null) =>
  judgeName({
    runs: runs.map(([run_id, name]) => ({
      run: exampleRun([], { run_id, name }),
      latencies: new Map(),
      thresholds: [],
    })),
  })({ runId })

describe('the name of what judged a claim', () => {
  it('is its plan where several runs are joined', () => {
    const runs = [
      ['1-headline', 'headline'],
      ['2-merge', 'merge'],
    ] as const
    expect(nameIn(runs, '2-merge')).toBe(' (merge)')
    expect(nameIn(runs, 'doctor 2026-11-23T09:15:00.000Z')).toBe(' (doctor 2026-11-23T09:15:00.000Z)')
    expect(nameIn(runs, null)).toBe('')
  })

  it('is the run’s id where plans are called alike', () => {
    const runs = [
      ['1-headline', 'headline'],
      ['2-headline', 'headline'],
      ['3-merge', 'merge'],
    ] as const
    expect(runs.map(([id]) => nameIn(runs, id))).toEqual([' (1-headline)', ' (2-headline)', ' (merge)'])
  })

  it('is not needed of one run', () => {
    expect(nameIn([['1-headline', 'headline']], '1-headline')).toBe('')
  })
})
