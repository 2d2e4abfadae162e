import { expect, it } from 'vitest'
import type { FailureRow, InjectedRow } from '../run-store/schema.ts'
import type { Cause } from '../sample.ts'
import { namedCauses } from './named-causes.ts'

const of = { run_id: 'r', trial: 1, label: 'smtp' }
const failure = (cause: Cause | null, count: number, more: Partial<FailureRow> = {}): FailureRow => ({
  ...{ ...of, outcome: 'faulted', phase: 'envelope', cause, code: null, enhanced_code: null },
  ...{ count, share: 0.1, first_at_ms: 1, example: null },
  ...more,
})
const fault = (cause: Cause | null, count: number): InjectedRow => ({
  ...of,
  ...{ step: 'sender', fault: 'any', cause, count },
})

it('is right where each cause was injected as often as it is reported', () => {
  const failures = [failure('reset', 4), failure('reset', 6, { outcome: 'in_doubt' }), failure('timeout', 5)]
  const injected = [fault('reset', 10), fault('timeout', 5)]
  expect(namedCauses(failures, injected)).toEqual({ injected: 15, reported: 15, right: 15, coded: 0 })
})

it('is wrong for what is reported beyond what was injected, and for a cause that was not', () => {
  const failures = [failure('reset', 12), failure('timeout', 3), failure('unknown', 2), failure(null, 1)]
  const injected = [fault('reset', 10), fault('timeout', 5)]
  expect(namedCauses(failures, injected)).toMatchObject({ reported: 18, right: 13 })
})

it('looks at no fault that fails nothing, and at no submission that we ended or never sent', () => {
  const failures = [failure(null, 7, { outcome: 'aborted' }), failure(null, 9, { outcome: 'dropped' })]
  expect(namedCauses(failures, [fault(null, 3)])).toEqual({ injected: 0, reported: 0, right: 0, coded: 0 })
})

it('counts what came with a code', () => {
  const failures = [failure('server', 3, { outcome: 'deferred', code: 421 }), failure('reset', 2)]
  expect(namedCauses(failures, [fault('server', 3), fault('reset', 2)])).toMatchObject({ right: 5, coded: 3 })
})
