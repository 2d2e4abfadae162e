import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../../random.ts'
import { MAX_REPLY_BYTES, ReplyParser } from './reply-parser.ts'

interface Read {
  readonly replies: (readonly [code: number, text: string])[]
  /** false: what came is no reply. */
  readonly isSound: boolean
  readonly unreadBytes: number
}

/** Feeds each piece through one buffer that is overwritten by the next, as a socket's may be. */
function read(pieces: readonly Buffer[]): Read {
  const replies: [number, string][] = []
  const parser: ReplyParser = new ReplyParser(code => replies.push([code, parser.text()]))
  const shared = Buffer.alloc(Math.max(1, ...pieces.map(piece => piece.length)))
  for (const piece of pieces) {
    piece.copy(shared)
    if (!parser.feed(shared, piece.length))
      return { replies, isSound: false, unreadBytes: parser.unreadBytes }
    shared.fill(0)
  }
  return { replies, isSound: true, unreadBytes: parser.unreadBytes }
}

const bytesOf = (text: string) => Buffer.from(text, 'latin1')
const readText = (...pieces: string[]) => read(pieces.map(bytesOf))

/** Cuts at each of `places`, in ascending order. */
const cutAt = (bytes: Buffer, places: readonly number[]) =>
  [0, ...places].map((from, i) => bytes.subarray(from, [...places, bytes.length][i]))

describe('a reply parser', () => {
  it.each([
    ['one line', '250 2.0.0 Ok\r\n', [[250, '250 2.0.0 Ok']]],
    [
      'several replies in one read',
      '250 a\r\n354 b\r\n',
      [
        [250, '250 a'],
        [354, '354 b'],
      ],
    ],
    ['several lines', '250-a\r\n250-b\r\n250 c\r\n', [[250, '250-a\n250-b\n250 c']]],
    ['a code alone', '250\r\n', [[250, '250']]],
    ['a code and a space', '250 \r\n', [[250, '250 ']]],
    ['an empty line among others', '250-\r\n250 \r\n', [[250, '250-\n250 ']]],
    ['a line that ends in LF only', '250-a\n250 b\n', [[250, '250-a\n250 b']]],
    ['a hyphen further on', '250 a-b\r\n', [[250, '250 a-b']]],
    ['text in UTF-8', '550 Gr\xc3\xbc\xc3\x9fe\r\n', [[550, '550 Grüße']]],
    ['control characters', '550 \0\x1b[2J\x7f\r\n', [[550, '550 \0\x1b[2J\x7f']]],
    ['a code that no command has', '299 a\r\n', [[299, '299 a']]],
  ] as const)('reads %s', (_what, text, replies) => {
    expect(readText(text)).toEqual({ replies, isSound: true, unreadBytes: 0 })
  })

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['another protocol, at its first byte', 'S'],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n'],
    ['a TLS record', '\x16\x03\x01\x00\xa5'],
    ['an empty line', '\r\n'],
    ['a code of two digits', '25 a\r\n'],
    ['a code of four digits', '2500 a\r\n'],
    ['a code that is none', '650 a\r\n'],
    ['a code that is interim', '150 a\r\n'],
    ['no separator', '250a\r\n'],
    ['a carriage return in place of a separator', '250\ra\r\n'],
    ['lines of different codes', '250-a\r\n550 b\r\n'],
    ['a second line that is none', '250-a\r\nb\r\n'],
  ])('reads no reply in %s', (_what, text) => {
    expect(readText(text)).toMatchObject({ replies: [], isSound: false })
  })

  it('tells of what came before the nonsense', () => {
    expect(readText('250 a\r\nmoo\r\n')).toMatchObject({ replies: [[250, '250 a']], isSound: false })
  })

  it('keeps what is incomplete, and no more than a reply may have', () => {
    expect(readText('250 a\r\n250-b\r\n25')).toMatchObject({ isSound: true, unreadBytes: 9 })
    const line = `250-${'x'.repeat(996)}\r\n`
    const most = line.repeat(Math.floor(MAX_REPLY_BYTES / line.length))
    expect(readText(most).isSound).toBe(true)
    expect(readText(most, line).isSound).toBe(false)
    expect(readText(`250 ${'x'.repeat(MAX_REPLY_BYTES)}`).isSound).toBe(false)
  })

  it('reads no further once it is halted, and knows that there is more', () => {
    const codes: number[] = []
    const parser: ReplyParser = new ReplyParser(code => {
      codes.push(code)
      parser.halt()
    })
    const chunk = bytesOf('220 go ahead\r\n250 injected\r\n')
    expect(parser.feed(chunk, chunk.length)).toBe(true)
    expect([codes, parser.unreadBytes]).toEqual([[220], '250 injected\r\n'.length])
    expect(parser.feed(chunk, chunk.length)).toBe(true)
    expect(codes).toEqual([220])
  })
})

/** A stream of replies, most of which a server might say. */
function stream(random: Random): Buffer {
  const word = () => 'x'.repeat(random.integer(9))
  const lines = Array.from({ length: 1 + random.integer(4) }, () => {
    const code = `${2 + random.integer(4)}${random.integer(10)}${random.integer(10)}`
    const end = random.next() < 0.9 ? '\r\n' : '\n'
    const more = Array.from({ length: random.integer(3) }, () => `${code}-${word()}${end}`)
    return `${more.join('')}${code}${random.next() < 0.8 ? ` ${word()}` : ''}${end}`
  })
  return bytesOf(lines.join(''))
}

describe('to split what is read', () => {
  it('at any byte changes nothing', () => {
    const random = createRandom('splits')
    for (let round = 0; round < 300; round++) {
      const bytes = stream(random)
      const whole = read([bytes])
      expect(whole.isSound).toBe(true)
      for (let at = 1; at < bytes.length; at++) expect(read(cutAt(bytes, [at]))).toEqual(whole)
    }
  })

  it('at every byte changes nothing', () => {
    const random = createRandom('bytes')
    for (let round = 0; round < 300; round++) {
      const bytes = stream(random)
      const places = Array.from({ length: bytes.length - 1 }, (_, i) => i + 1)
      expect(read(cutAt(bytes, places))).toEqual(read([bytes]))
    }
  })

  it('changes nothing of nonsense either', () => {
    const random = createRandom('nonsense')
    for (let round = 0; round < 2000; round++) {
      const bytes = garbled(stream(random), random)
      const whole = read([bytes])
      const parts = read(cutAt(bytes, [random.integer(bytes.length + 1)]))
      expect(parts.isSound).toBe(whole.isSound)
      expect(parts.replies).toEqual(whole.replies)
    }
  })
})

/** Some bytes changed, taken out or put in; those that mean something more often than others. */
function garbled(bytes: Buffer, random: Random): Buffer {
  const telling = [0x0a, 0x0d, 0x20, 0x2d, 0x30, 0x32, 0x35, 0x36, 0x00, 0xff]
  const result = [...bytes]
  for (let change = random.integer(4); change >= 0; change--) {
    const at = random.integer(result.length + 1)
    const byte =
      random.next() < 0.8 ? (telling[random.integer(telling.length)] as number) : random.integer(256)
    result.splice(at, random.integer(3), ...(random.next() < 0.7 ? [byte] : []))
  }
  return Buffer.from(result)
}

/** `FUZZ_INPUTS=1000000` for as many as it is worth to wait for. */
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 20_000)

it(`survives ${INPUTS} fuzzed inputs`, { timeout: 600_000 }, () => {
  const random = createRandom('fuzz')
  let sound = 0
  for (let input = 0; input < INPUTS; input++) {
    const bytes = garbled(stream(random), random)
    const { isSound, replies, unreadBytes } = read(cutAt(bytes, [random.integer(bytes.length + 1)]))
    if (isSound) sound += 1
    const lines = replies.reduce((sum, [, text]) => sum + text.split('\n').length, 0)
    // Not more than there is to read, and all of it kept or told of.
    if (lines > bytes.length / 4 || unreadBytes > bytes.length) expect.unreachable(`input ${input}: ${bytes}`)
  }
  // Neither all nor none of them are replies still.
  expect(sound / INPUTS).toBeGreaterThan(0.1)
  expect(sound / INPUTS).toBeLessThan(0.9)
})

it('does not grow, whatever it has read', () => {
  const random = createRandom('growth')
  let told = 0
  const parser = new ReplyParser(() => told++)
  const chunk = bytesOf('250 2.0.0 Ok\r\n'.repeat(8))
  for (let round = 0; round < 20_000; round++) {
    let from = 0
    while (from < chunk.length) {
      const to = Math.min(chunk.length, from + 1 + random.integer(40))
      const isSound = parser.feed(chunk.subarray(from, to), to - from)
      if (!isSound || parser.unreadBytes > 16) expect.unreachable(`${parser.unreadBytes} bytes kept`)
      from = to
    }
  }
  expect(told).toBe(160_000)
})
