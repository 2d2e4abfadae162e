import { expect, it } from 'vitest'
import { exampleTrialRow } from '../run-store/rows.fixture.ts'
import { mergeRowOf } from './merge-row.ts'

const row = { ...exampleTrialRow, batch_size: 50, calls: 2, connections: 4, attempted: 100 }
const job = { spanNs: 1_234_567_000, memoryBytes: 1024 }

it("a job's row is of the whole: set-up of every connection, and each message's share", () => {
  const trips = { round_trips_setup: 3, round_trips_per_message: 0.02, bytes_up_per_message: 1500.5 }
  expect(mergeRowOf({ ...row, ...trips }, job)).toMatchObject({
    batch_size: 50,
    messages: 100,
    total_ms: 1234.567,
    calls: 2,
    round_trips: 3 * 4 + 2,
    bytes_up: 150_050,
    memory_bytes: 1024,
  })
})

it('what was not counted is left empty', () => {
  const trips = { round_trips_setup: null, bytes_up_per_message: null }
  expect(mergeRowOf({ ...row, ...trips }, job)).toMatchObject({
    round_trips: null,
    bytes_up: null,
  })
})

it('a collection of what others had left is no memory given back', () => {
  expect(mergeRowOf(row, { ...job, memoryBytes: -5 })?.memory_bytes).toBe(0)
})

it('other trials have none', () => {
  expect(mergeRowOf({ ...row, batch_size: null }, job)).toBeUndefined()
  expect(mergeRowOf({ ...row, purpose: 'anatomy' }, job)).toBeUndefined()
  expect(mergeRowOf(row, undefined)).toBeUndefined()
})
