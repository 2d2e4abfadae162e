import { describe, expect, it } from 'vitest'
import { exampleTrialRow } from '../run-store/rows.fixture.ts'
import type { FailureRow } from '../run-store/schema.ts'
import { exampleLabelRow } from './label-row.fixture.ts'
import { checkLines, failureLines, floorLine, invalidLines, ledgerLine, machineLine } from './summary.ts'

const trial = (more: Partial<typeof exampleTrialRow> = {}) => ({ ...exampleTrialRow, ...more })

describe('the ledger line', () => {
  it('adds up what the sinks took of all trials', () => {
    const rows = [
      trial({ accepted: 1000, lost: 0, duplicated: 0 }),
      trial({ accepted: 234, lost: 2, duplicated: 1 }),
    ]
    expect(ledgerLine(rows)).toBe("Sinks' receipts: 1,234 messages accepted, 2 lost, 1 duplicated.")
  })

  it('says what became of messages in doubt', () => {
    const row = trial({ accepted: 1, lost: 0, duplicated: 0, in_doubt: 5, in_doubt_taken: 3 })
    expect(ledgerLine([row])).toBe(
      "Sinks' receipts: 1 message accepted, 0 lost, 0 duplicated; of 5 in doubt 3 were taken.",
    )
  })

  it('counts only the trials that have receipts, and says nothing without any', () => {
    const unknown = trial({ accepted: 50, lost: null, duplicated: null, in_doubt_taken: null })
    expect(ledgerLine([unknown, trial({ accepted: 7, lost: 0, duplicated: 0 })])).toMatch(/: 7 messages/)
    expect(ledgerLine([unknown])).toBeUndefined()
    expect(ledgerLine([])).toBeUndefined()
  })
})

describe('the floor line', () => {
  const floor = (client: string, transport: 'smtp' | 'http', ms: number | null) =>
    trial({ purpose: 'floor', client, transport, latency_p50_ms: ms })

  it('says the medians of the harness and of the bare sinks, from the least load to the most', () => {
    const rows = [
      floor('null', 'smtp', 0.001),
      floor('null', 'smtp', 0.001),
      floor('wire', 'smtp', 0.0623),
      floor('wire', 'smtp', 0.4071),
      floor('wire', 'http', 0.0551),
      trial({ latency_p50_ms: 7 }),
    ]
    expect(floorLine(rows)).toBe('Floors (p50): harness 0.001 ms, smtp 0.062-0.41 ms, http 0.055 ms.')
  })

  it('says nothing where there is no floor that ended', () => {
    expect(floorLine([])).toBeUndefined()
    expect(floorLine([trial(), floor('null', 'smtp', null)])).toBeUndefined()
  })
})

const failure = (more: Partial<FailureRow> = {}): FailureRow => ({
  run_id: 'r',
  trial: 1,
  label: 'smtp a',
  outcome: 'rejected',
  phase: 'auth',
  cause: 'auth',
  code: 535,
  enhanced_code: '5.7.8',
  count: 10,
  share: 0.1,
  first_at_ms: 1,
  example: '535 5.7.8 no',
  ...more,
})

describe('the failures', () => {
  it('are added up over the trials of a label, the most frequent first', () => {
    const http = failure({ label: 'http b', code: 401, enhanced_code: null, count: 2000, example: null })
    expect(failureLines([failure(), http, failure({ trial: 2, count: 5 })], 8)).toEqual([
      '  2,000 x http b: rejected in auth (auth, 401)',
      '  15 x smtp a: rejected in auth (auth, 535 5.7.8): 535 5.7.8 no',
    ])
  })

  it('without a code or a phase still say what is known', () => {
    const gone = failure({ outcome: 'faulted', phase: null, cause: null, code: null, enhanced_code: null })
    expect(failureLines([gone], 8)).toEqual(['  10 x smtp a: faulted in ? (no cause): 535 5.7.8 no'])
    expect(failureLines([failure({ ...gone, cause: 'reset', phase: 'content', example: null })], 8)).toEqual([
      '  10 x smtp a: faulted in content (reset)',
    ])
  })

  it('say of messages that were dropped why, since they came to no phase', () => {
    const never = failure({ outcome: 'dropped', phase: null, cause: null, code: null, enhanced_code: null })
    expect(failureLines([{ ...never, example: null }], 8)).toEqual([
      '  10 x smtp a: dropped: due when as many as --max-in-flight allows were on their way, so never sent',
    ])
  })

  it('beyond the limit are counted and not shown', () => {
    const kinds = [451, 452, 550].map((code, i) => failure({ code, count: 9 - i, example: null }))
    const lines = failureLines(kinds, 2)
    expect(lines).toHaveLength(3)
    expect(lines.at(-1)).toBe('  and 1 more kinds in failures.csv')
    expect(failureLines(kinds, 3)).toHaveLength(3)
    expect(failureLines([], 3)).toEqual([])
  })
})

describe('the labels that are invalid', () => {
  it('are named with the reason, the others are not', () => {
    const rows = [
      exampleLabelRow(),
      exampleLabelRow({ label: 'x', valid: false, invalid_because: 'resources: 3' }),
    ]
    expect(invalidLines(rows)).toEqual(['  ! x: resources: 3'])
  })
})

describe('the self-checks', () => {
  const check = (trial: number, name: string, ok: boolean, invalidates = true) => ({
    trial,
    check: name,
    ok,
    invalidates,
    detail: `detail of ${trial}`,
  })

  it('take one line when all hold', () => {
    const lines = checkLines([check(1, 'rate', true), check(2, 'rate', true)])
    expect(lines).toEqual(['Self-checks: 2 checks of 2 trials, 0 failed, 0 noted.'])
  })

  it('take a line for each kind that does not, and say how often', () => {
    const lines = checkLines([
      check(1, 'rate', false),
      check(2, 'rate', true),
      check(3, 'machine', false, false),
      check(4, 'machine', false, false),
    ])
    expect(lines).toEqual([
      'Self-checks: 4 checks of 4 trials, 1 failed, 2 noted.',
      '  ! rate (trial 1): detail of 1',
      '  - machine (2 trials, e.g. 3): the machine gave its processors to others',
    ])
  })

  it('count a check of the whole run as one of no trial', () => {
    const ofRun = { ...check(0, 'machine-floor', false, false), trial: null }
    expect(checkLines([ofRun, check(1, 'rate', true)])).toEqual([
      'Self-checks: 2 checks of 1 trial, 0 failed, 1 noted.',
      '  - machine-floor (the run): detail of 0',
    ])
  })

  it('leave a machine that is as fast as its floor to a line of its own', () => {
    const beside = (ok: boolean) => ({ ...check(0, 'machine-floor', ok, false), trial: null })
    expect(machineLine([beside(true)])).toBe('Machine: detail of 0.')
    expect(machineLine([beside(false)])).toBeUndefined()
    expect(machineLine([check(1, 'rate', true)])).toBeUndefined()
  })
})
