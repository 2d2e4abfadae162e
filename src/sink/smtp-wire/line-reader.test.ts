import { describe, expect, it } from 'vitest'
import { LineReader, MAX_LINE_BYTES } from './line-reader.ts'

/** Every line of the text, which arrives in pieces of so many bytes. */
function linesOf(text: string, pieceBytes = text.length) {
  const reader = new LineReader()
  const found: [string, string][] = []
  for (let from = 0; from < text.length; from += pieceBytes) {
    const piece = Buffer.from(text.slice(from, from + pieceBytes), 'latin1')
    let at = 0
    while (at < piece.length) {
      const isWhole = reader.read(piece, at)
      at = reader.next
      const verdict = reader.isTooLong ? 'too long' : reader.isBare ? 'bare' : 'line'
      if (isWhole) found.push([verdict, reader.isTooLong ? '' : reader.text])
    }
  }
  return found
}

describe('the line reader', () => {
  it('takes lines apart, however they are cut', () => {
    const text = 'EHLO x\r\n\r\nMAIL FROM:<a\xfc@example.net>\r\nRC'
    for (let pieceBytes = 1; pieceBytes <= text.length; pieceBytes++) {
      expect(linesOf(text, pieceBytes)).toEqual([
        ['line', 'EHLO x'],
        ['line', ''],
        ['line', 'MAIL FROM:<a\xfc@example.net>'],
      ])
    }
  })

  it.each([
    ['a bare LF', 'NOOP\nNOOP\r\n', ['bare', 'line']],
    ['a bare CR', 'NO\rOP\r\nNOOP\r\n', ['bare', 'line']],
    ['CR before CRLF', 'NOOP\r\r\nNOOP\r\n', ['bare', 'line']],
  ])('does not take %s for an end of line', (_words, text, expected) => {
    for (const pieceBytes of [1, 5, text.length])
      expect(linesOf(text, pieceBytes).map(([verdict]) => verdict)).toEqual(expected)
  })

  it('keeps no more than the longest line there may be, and finds the next', () => {
    const longest = `${'x'.repeat(MAX_LINE_BYTES - 2)}\r\n`
    for (const pieceBytes of [997, 5000, 20_000]) {
      const found = linesOf(`${longest}x${longest}${'y'.repeat(100_000)}\r\nNOOP\r\n`, pieceBytes)
      expect(found.map(([verdict]) => verdict)).toEqual(['line', 'too long', 'too long', 'line'])
      expect(found.at(-1)).toEqual(['line', 'NOOP'])
    }
  })
})
