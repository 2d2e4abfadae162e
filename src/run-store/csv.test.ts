import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { csvBatches, csvHeader, csvRows, numberText } from './csv.ts'

const table = z.strictObject({ name: z.string().nullable(), ms: z.number().nullable(), valid: z.boolean() })
const cell = (name: string) => {
  const [row] = parse(csvRows(table, [{ name, ms: 1, valid: true }]))
  return row?.[0]
}

describe('numbers in CSV', () => {
  test.each([
    [0.1 + 0.2, '0.3'],
    [1 / 3, '0.333333333'],
    [12.345, '12.345'],
    [0, '0'],
    [-0, '0'],
    [-1.5, '-1.5'],
    [1e-7, '0.0000001'],
    [1e-20, '0'],
    [123456789012, '123456789012'],
    [1e21, '1000000000000000000000'],
  ])('%d is written as %s', (value, text) => {
    expect(numberText(value)).toBe(text)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is refused', value => {
    expect(() => numberText(value)).toThrow(RangeError)
  })
})

describe('text in CSV', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '=cmd|" /C calc"!A0', '＝1'])(
    'what a spreadsheet would run is defused: %s',
    text => {
      expect(cell(text)).toBe(`'${text}`)
    },
  )

  test('a formula behind a tab or a line end is defused as well', () => {
    expect(cell('\t=1')).toBe("'=1")
    expect(cell('\r\n@x')).toBe("'@x")
  })

  test.each(['a,b', 'say "hi"', "O'Brien", 'ümlaut 日本 🎉', 'a = b', ''])('“%s” survives', text => {
    expect(cell(text)).toBe(text)
  })

  test('control characters become spaces, so that a cell is one line', () => {
    expect(cell('550 no\r\nsuch\u0000user\u001b[2J\u0085\u202eevil')).toBe('550 no such user [2J evil')
  })

  test('half a surrogate pair is repaired', () => {
    expect(cell('a\ud83d')).toBe('a\ufffd')
  })

  test('a negative number is no formula', () => {
    expect(csvRows(table, [{ name: 'a', ms: -5, valid: true }])).toBe('a,-5,true\r\n')
  })
})

describe('tables', () => {
  test('the header is the schema’s keys, in their order', () => {
    expect(csvHeader(table)).toBe('name,ms,valid\r\n')
  })

  test('cells follow the schema’s order, null is empty', () => {
    const rows = [
      { valid: false, ms: null, name: null },
      { ms: 2, name: 'b', valid: true },
    ]
    expect(csvRows(table, rows)).toBe(',,false\r\nb,2,true\r\n')
  })

  test('no rows are no text', () => {
    expect(csvRows(table, [])).toBe('')
  })

  test('many rows come in pieces, none lost', () => {
    const rows = Array.from({ length: 2500 }, (_, i) => ({ name: `n${i}`, ms: i, valid: true }))
    const pieces = [...csvBatches(table, rows)]
    expect(pieces).toHaveLength(3)
    expect(pieces.join('')).toBe(csvRows(table, rows))
  })
})
