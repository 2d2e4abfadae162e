import { describe, expect, test } from 'vitest'
import type { Outcome } from '../sample.ts'
import { balance, compareLedger } from './ledger.ts'
import { OutcomeBook } from './outcome-book.ts'

const booked = (...outcomes: Outcome[]) => {
  const book = new OutcomeBook()
  for (const [index, outcome] of outcomes.entries()) book.note(index, outcome)
  return book.codes()
}
const clean = { lost: 0, duplicated: 0, inDoubtTaken: 0, abortedTaken: 0, takenUnaccounted: 0 }

describe('the client’s ledger against the sink’s', () => {
  test.each<[string, Outcome[], number[], Partial<typeof clean>]>([
    ['accepted and taken once is in order', ['accepted'], [1], {}],
    ['accepted and never taken is lost', ['accepted', 'accepted'], [1, 0], { lost: 1 }],
    ['accepted, beyond what the sink knows, is lost', ['accepted', 'accepted'], [], { lost: 2 }],
    ['taken three times is two duplicates', ['accepted'], [3], { duplicated: 2 }],
    ['in doubt and taken is resolved', ['in_doubt', 'in_doubt'], [1, 0], { inDoubtTaken: 1 }],
    ['in doubt and taken twice is also a duplicate', ['in_doubt'], [2], { inDoubtTaken: 1, duplicated: 1 }],
    ['aborted and taken is no error', ['aborted'], [1], { abortedTaken: 1 }],
    ['rejected yet taken is unaccounted', ['rejected'], [1], { takenUnaccounted: 1 }],
    ['deferred yet taken is unaccounted', ['deferred'], [1], { takenUnaccounted: 1 }],
    ['faulted yet taken is unaccounted', ['faulted'], [1], { takenUnaccounted: 1 }],
    ['dropped yet taken is unaccounted', ['dropped'], [1], { takenUnaccounted: 1 }],
    ['refused and not taken is in order', ['rejected', 'faulted', 'dropped'], [0, 0, 0], {}],
    ['taken, and unknown to the client, is unaccounted', ['accepted'], [1, 1], { takenUnaccounted: 1 }],
  ])('%s', (_, outcomes, counts, expected) => {
    expect(compareLedger(booked(...outcomes), Uint8Array.from(counts))).toEqual({ ...clean, ...expected })
  })
})

describe('the balance', () => {
  test('holds when every scheduled submission has an outcome', () => {
    const { holds, byOutcome, ended } = balance(booked('accepted', 'accepted', 'dropped', 'in_doubt'), 4)
    expect(holds).toBe(true)
    expect(ended).toBe(4)
    expect(byOutcome).toMatchObject({ accepted: 2, dropped: 1, in_doubt: 1, rejected: 0 })
  })

  test('fails when a scheduled one never ended', () => {
    expect(balance(booked('accepted'), 2).holds).toBe(false)
  })

  test('fails when an index was skipped', () => {
    const book = new OutcomeBook()
    book.note(0, 'accepted')
    book.note(2, 'accepted')
    expect(balance(book.codes(), 2).holds).toBe(false)
  })
})

describe('the book of outcomes', () => {
  test('takes a byte a submission, as the ledger does at the sink', () => {
    const [book, n] = [new OutcomeBook(), 100_000]
    for (let index = 0; index < n; index++) book.note(index, 'accepted')
    expect(book.sizeBytes / n).toBeLessThanOrEqual(1.05)
  })

  test('grows to any index and keeps what it had', () => {
    const book = new OutcomeBook()
    book.note(3, 'rejected')
    book.note(1_000_000, 'accepted')
    const codes = book.codes()
    expect(codes.length).toBe(1_000_001)
    expect(codes[3]).toBe(3)
    expect(codes[1_000_000]).toBe(1)
    expect(codes[4]).toBe(0)
  })

  test('a power of two is no special case', () => {
    const book = new OutcomeBook()
    for (const index of [1023, 1024, 2047, 2048, 4096]) book.note(index, 'accepted')
    expect(book.codes().reduce((sum, code) => sum + code, 0)).toBe(5)
  })

  test('refuses a second outcome', () => {
    const book = new OutcomeBook()
    book.note(5, 'in_doubt')
    expect(() => book.note(5, 'accepted')).toThrow('ended twice')
  })
})
