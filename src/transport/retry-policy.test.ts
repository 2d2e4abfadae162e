import { describe, expect, it } from 'vitest'
import { NS_PER_MS } from '../clock.ts'
import { PhaseTimes } from '../phase.ts'
import { createRandom, type Random } from '../random.ts'
import type { Reply } from '../sample.ts'
import { backoffNs, isRetried, type RetryPolicy, retryPolicyOf, retrySpec } from './retry-policy.ts'

const policyOf = (spec: unknown) => retryPolicyOf(retrySpec.parse(spec)) as RetryPolicy
const reply = (more: Partial<Reply>): Reply => ({
  outcome: 'deferred',
  recipientsRefused: 0,
  connectionId: 1,
  phases: new PhaseTimes(),
  ...more,
})

/** Draws the same every time. */
const drawing = (value: number): Random => ({ ...createRandom('any'), next: () => value })

const waitsMs = (spec: unknown, draw: number, askedMs = 0) =>
  [1, 2, 3, 4].map(
    attempt => backoffNs(policyOf(spec), attempt, askedMs * NS_PER_MS, drawing(draw)) / NS_PER_MS,
  )

it('is off unless it is asked for', () => {
  expect([retryPolicyOf(undefined), retryPolicyOf(0)]).toEqual([undefined, undefined])
})

it('is refused where it says nothing that can be done', () => {
  for (const spec of [-1, 1.5, 101, {}, { times: 0 }, { times: 1, on: [] }, { times: 1, on: ['rejected'] }])
    expect(retrySpec.safeParse(spec).success, JSON.stringify(spec)).toBe(false)
})

it('is the same policy in whatever order its outcomes stand', () => {
  expect(policyOf({ times: 2, on: ['in_doubt', 'deferred'] })).toEqual(
    policyOf({ times: 2, on: ['deferred', 'in_doubt'] }),
  )
})

describe('what is tried again', () => {
  it.each<[Partial<Reply>, boolean]>([
    [{ outcome: 'accepted' }, false],
    [{ outcome: 'rejected' }, false],
    [{ outcome: 'aborted' }, false],
    [{ outcome: 'deferred' }, true],
    [{ outcome: 'faulted', cause: 'reset' }, true],
    [{ outcome: 'in_doubt', cause: 'timeout' }, true],
    // Sockets that we lack are no fault of the server: the trial must show it.
    [{ outcome: 'faulted', cause: 'local' }, false],
  ])('%j: %s', (more, expected) => {
    expect(isRetried(policyOf(3), reply(more), 1)).toBe(expected)
  })

  it('is only what the policy names, and only so often', () => {
    const policy = policyOf({ times: 2, on: ['deferred'] })
    expect(isRetried(policy, reply({ outcome: 'in_doubt' }), 1)).toBe(false)
    expect([1, 2, 3].map(attempt => isRetried(policy, reply({}), attempt))).toEqual([true, true, false])
  })
})

describe('the backoff', () => {
  it('doubles up to its limit', () => {
    const spec = { times: 9, backoff: '100ms', max_backoff: '500ms', jitter: 'none' }
    expect(waitsMs(spec, 0.9)).toEqual([100, 200, 400, 500])
  })

  it('is drawn between nothing and the whole, or half of it and the whole', () => {
    const full = { times: 9, backoff: '100ms' }
    expect(waitsMs(full, 0)).toEqual([100, 200, 400, 800])
    expect(waitsMs(full, 0.75)).toEqual([25, 50, 100, 200])
    expect(waitsMs({ ...full, jitter: 'equal' }, 0.5)).toEqual([75, 150, 300, 600])
  })

  it('is no less than the server asks for, and never more than the limit', () => {
    const spec = { times: 9, backoff: '100ms', max_backoff: '1s', jitter: 'none' }
    expect(waitsMs(spec, 0, 300)).toEqual([300, 300, 400, 800])
    expect(waitsMs(spec, 0, 60_000)).toEqual([1000, 1000, 1000, 1000])
  })
})
