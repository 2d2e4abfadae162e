import { describe, expect, it } from 'vitest'
import { formatIdentity } from '../message/identity.ts'
import { createLedger } from './ledger.ts'

const idOf = (trial: number, index: number, run = '0badcafe') => formatIdentity({ run, trial, index })

describe('the ledger', () => {
  it('counts each submission of each trial of each run by itself', () => {
    const ledger = createLedger()
    for (const id of [idOf(1, 0), idOf(1, 2), idOf(1, 2), idOf(2, 0), idOf(1, 0, '00000000')])
      ledger.record(id)
    const { taken, duplicated, counts } = ledger.receipts('0badcafe', 1)
    expect([taken, duplicated, ...counts]).toEqual([3, 1, 1, 0, 2])
    expect(ledger.receipts('0badcafe', 2).taken).toBe(1)
    expect(ledger.receipts('00000000', 1).taken).toBe(1)
    expect(ledger.receipts('0badcafe', 3)).toEqual({ taken: 0, duplicated: 0, counts: new Uint8Array(0) })
  })

  it('keeps what it counted while it grows', () => {
    const ledger = createLedger()
    const indices = Array.from({ length: 5000 }, (_, i) => i * 3)
    for (const index of indices) ledger.record(idOf(1, index))
    const { counts } = ledger.receipts('0badcafe', 1)
    expect(counts.length).toBe(14_998)
    expect([...counts.keys()].filter(index => counts[index] === 1)).toEqual(indices)
  })

  it('takes a byte a submission, as the book of outcomes does at the client', () => {
    const [ledger, n] = [createLedger(), 100_000]
    for (let index = 0; index < n; index++) ledger.record(idOf(1, index))
    expect(ledger.sizeBytes / n).toBeLessThanOrEqual(1.05)
  })

  it('stops counting a submission at 255 but not the duplicates', () => {
    const ledger = createLedger()
    for (let i = 0; i < 300; i++) ledger.record(idOf(1, 0))
    const { taken, duplicated, counts } = ledger.receipts('0badcafe', 1)
    expect([taken, duplicated, counts[0]]).toEqual([300, 299, 255])
  })

  it('counts in the totals only what has no identity, or one too large to be ours', () => {
    const ledger = createLedger()
    for (const id of [undefined, 'junk', idOf(1, 0xffffffff)]) ledger.record(id)
    expect(ledger.summary()).toEqual({ taken: 3, unidentified: 3, trials: [] })
  })

  it('hands out copies', () => {
    const ledger = createLedger()
    ledger.record(idOf(1, 0))
    ledger.receipts('0badcafe', 1).counts[0] = 9
    expect(ledger.receipts('0badcafe', 1).counts[0]).toBe(1)
  })

  it('forgets a trial that is released, but not that it took its messages', () => {
    const ledger = createLedger()
    ledger.record(idOf(1, 0))
    ledger.release('0badcafe', 1)
    expect(ledger.receipts('0badcafe', 1).taken).toBe(0)
    expect(ledger.summary()).toEqual({ taken: 1, unidentified: 0, trials: [] })
  })

  it('forgets the oldest of too many trials', () => {
    const ledger = createLedger()
    for (let trial = 0; trial <= 10_000; trial++) ledger.record(idOf(trial, 0))
    expect(ledger.receipts('0badcafe', 0).taken).toBe(0)
    expect(ledger.receipts('0badcafe', 1).taken).toBe(1)
    expect(ledger.receipts('0badcafe', 10_000).taken).toBe(1)
  })
})
