import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { EndOfData } from './end-of-data.ts'

interface Found {
  readonly end: number
  readonly dots: number
}

/** Feeds the text cut at `cuts`; the offset behind the end is of the whole text. */
function findIn(text: string, cuts: readonly number[] = []): Found {
  const finder = new EndOfData()
  const bytes = Buffer.from(text, 'latin1')
  const edges = [0, ...cuts, bytes.length]
  for (let i = 1; i < edges.length; i++) {
    const [from = 0, to = 0] = [edges[i - 1], edges[i]]
    const end = finder.find(bytes.subarray(from, to), 0)
    if (end >= 0) return { end: from + end, dots: finder.dots }
  }
  return { end: -1, dots: finder.dots }
}

/** As RFC 5321 §4.5.2 words it, on the whole text at once. */
function reference(text: string): Found {
  const [content = '', rest] = `\r\n${text}`.split('\r\n.\r\n', 2)
  const dots = [...content.matchAll(/\r\n\.(?!\r\n)/g)].length
  return rest === undefined ? { end: -1, dots } : { end: content.length - 2 + 5, dots }
}

describe('the end of data', () => {
  it.each([
    ['a message', 'Subject: x\r\n\r\nHello\r\n.\r\nQUIT\r\n', { end: 24, dots: 0 }],
    ['an empty one', '.\r\n', { end: 3, dots: 0 }],
    ['behind stuffed dots', '..\r\n.x\r\n...\r\n.\r\n', { end: 16, dots: 3 }],
    ['not without a line before the dot', 'x.\r\n', { end: -1, dots: 0 }],
    // What smuggles a second message past servers that are laxer than this one.
    ['not at LF . LF', 'x\n.\nMAIL', { end: -1, dots: 0 }],
    ['not at LF . CRLF', 'x\n.\r\nMAIL', { end: -1, dots: 0 }],
    ['not at CRLF . LF', 'x\r\n.\nMAIL', { end: -1, dots: 1 }],
    ['not at CR . CR', 'x\r.\rMAIL', { end: -1, dots: 0 }],
    ['not at CRLF . CR', 'x\r\n.\r.\r\nx', { end: -1, dots: 1 }],
  ])('is found: %s', (_words, text, expected) => {
    expect(findIn(text)).toEqual(expected)
  })

  it('is the same however the content is cut', () => {
    const text = 'a\r\n..b\r\n.\r\r\n.\n\r\r\n.x\r\n.\r\nNOOP\r\n'
    const expected = findIn(text)
    expect(expected.end).toBeGreaterThan(0)
    for (let first = 0; first <= text.length; first++) {
      for (let second = first; second <= text.length; second++) {
        expect(findIn(text, [first, second])).toEqual(expected)
      }
    }
  })

  it('is where the RFC has it, in any soup of its bytes, cut anywhere', () => {
    const random = createRandom('soup')
    for (let round = 0; round < 20_000; round++) {
      const text = Array.from({ length: 1 + random.integer(24) }, () =>
        '\r\n.x'.charAt(random.integer(4)),
      ).join('')
      const cuts = Array.from({ length: random.integer(4) }, () => random.integer(text.length + 1))
      const found = findIn(
        text,
        cuts.sort((a, b) => a - b),
      )
      const wanted = reference(text)
      expect([text, found.end]).toEqual([text, wanted.end])
      // A dot whose line goes on with what has not come yet is not counted yet.
      if (wanted.end >= 0) expect([text, found.dots]).toEqual([text, wanted.dots])
    }
  })
})
