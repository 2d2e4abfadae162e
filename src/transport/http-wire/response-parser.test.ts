import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { readReplies } from './replies.fixture.ts'
import { MAX_BODY_BYTES, MAX_HEAD_BYTES } from './response-parser.ts'

const octets = (...lines: readonly string[]) => Buffer.from(lines.join('\r\n'), 'latin1')
const read = (...lines: readonly string[]) => readReplies([octets(...lines)])

describe('the parser of responses', () => {
  it.each([
    ['a length', ['HTTP/1.1 202 Accepted', 'Content-Length: 2', '', '{}'], '{}'],
    ['a length of 0', ['HTTP/1.1 202 Accepted', 'Content-Length: 0', '', ''], ''],
    ['a length between white space', ['HTTP/1.1 202 OK', 'content-length:\t 2 \t', '', '{}'], '{}'],
    ['a length on a line of its own', ['HTTP/1.1 202 OK', 'Content-Length:', '  2', '', '{}'], '{}'],
    [
      'chunks',
      ['HTTP/1.1 200 OK', 'Transfer-Encoding: Chunked', '', '3', 'abc', '00A', '0123456789', '0', '', ''],
      'abc0123456789',
    ],
    [
      'chunks with extensions and a trailer',
      ['HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '3 ;a="b"', 'abc', '0;z', 'T: 1', 'U: 2', '', ''],
      'abc',
    ],
    ['an end with the connection', ['HTTP/1.1 200 OK', '', 'abc'], 'abc'],
    ['no reason', ['HTTP/1.1 200', 'Content-Length: 1', '', 'a'], 'a'],
    ['an older version', ['HTTP/1.0 200 OK', 'Content-Length: 1', '', 'a'], 'a'],
    ['bytes beyond ASCII', ['HTTP/1.1 200 \xc3\xa9', 'X: \xe9', 'Content-Length: 2', '', '\xc3\xa9'], 'é'],
  ])('reads a body that has %s', (_what, lines, body) => {
    const { replies, fault, incomplete } = read(...lines)
    expect({ fault, incomplete, bodies: replies.map(reply => reply.body) }).toEqual({
      fault: '',
      incomplete: false,
      bodies: [body],
    })
  })

  it.each([204, 304])('expects no body after %i, whatever its fields say', status => {
    const head = [`HTTP/1.1 ${status} X`, 'Content-Length: 9', '']
    const { replies } = read(...head, ...head, '')
    expect(replies.map(reply => [reply.status, reply.body])).toEqual([
      [status, ''],
      [status, ''],
    ])
  })

  it('passes interim responses over, and takes none for the answer', () => {
    const { interim, replies } = read(
      'HTTP/1.1 100 Continue',
      '',
      'HTTP/1.1 103 Early Hints',
      'Link: </x>',
      '',
      'HTTP/1.1 202 Accepted',
      'Content-Length: 0',
      '',
      '',
    )
    expect(interim).toEqual([100, 103])
    expect(replies.map(reply => reply.status)).toEqual([202])
  })

  it('gives fields as a dialect reads them', () => {
    const { replies } = read(
      'HTTP/1.1 429 Slow down',
      'Retry-After: 7',
      'Set-Cookie: a=1',
      'SET-COOKIE: b=2',
      'set-cookie: c=3',
      '__proto__: x',
      'X-Long: one',
      '\ttwo',
      'Empty:',
      'Content-Length: 0',
      '',
      '',
    )
    expect({ ...replies[0]?.headers }).toEqual({
      'retry-after': '7',
      'set-cookie': ['a=1', 'b=2', 'c=3'],
      ['__proto__']: 'x',
      'x-long': 'one two',
      empty: '',
      'content-length': '0',
    })
  })

  it.each([
    ['HTTP/1.1', [], true],
    ['HTTP/1.1', ['Connection: close'], false],
    ['HTTP/1.1', ['Connection: Upgrade , CLOSE'], false],
    ['HTTP/1.1', ['Connection: keep-alive', 'Connection: close'], false],
    ['HTTP/1.1', ['Connection: disclose'], true],
    ['HTTP/1.0', [], false],
    ['HTTP/1.0', ['Connection: Keep-Alive'], true],
    ['HTTP/1.0', ['Connection: keep-alive, close'], false],
  ] as const)('knows whether the connection persists: %s with %j', (version, fields, persists) => {
    const { replies } = read(`${version} 200 OK`, ...fields, 'Content-Length: 0', '', '')
    expect(replies[0]?.persists).toBe(persists)
  })

  it('does not keep a connection whose end ends the body', () => {
    expect(read('HTTP/1.1 200 OK', '', 'x').replies[0]?.persists).toBe(false)
  })

  it.each([
    ['timeout=5, max=100', 5],
    ['max=100, timeout=72', 72],
    ['max=100', -1],
    ['timeout=', -1],
    ['timeout=soon', -1],
  ])('knows how long the server keeps the connection: %s', (value, keepAliveS) => {
    const { replies } = read('HTTP/1.1 200 OK', `Keep-Alive: ${value}`, 'Content-Length: 0', '', '')
    expect(replies[0]?.keepAliveS).toBe(keepAliveS)
  })

  it('reads each head for itself, however much it is like the one before', () => {
    const reply = (field: string, body: string) => ['HTTP/1.1 202 OK', field, '', body].join('\r\n')
    const { replies } = readReplies([
      Buffer.from(
        reply('Content-Length: 2', 'ab') +
          reply('Content-Length: 2', 'cd') +
          reply('Content-Length: 3', 'efg') +
          reply('Content-Length: 2\r\nConnection: close', 'hi'),
      ),
    ])
    expect(replies.map(({ body, persists }) => [body, persists])).toEqual([
      ['ab', true],
      ['cd', true],
      ['efg', true],
      ['hi', false],
    ])
  })

  const head = 'HTTP/1.1 200 OK'
  const chunked = [head, 'Transfer-Encoding: chunked', '']
  it.each([
    ['another protocol', ['220 smtp.example.net ESMTP', '']],
    ['the first octet of another protocol', ['2']],
    ['another version', ['HTTP/2 200 OK', '', '']],
    ['a status of two digits', ['HTTP/1.1 20 OK', '', '']],
    ['a status of four digits', ['HTTP/1.1 2000 OK', '', '']],
    ['a status of 0', ['HTTP/1.1 000 OK', '', '']],
    ['an empty line first', ['', head, '', '']],
    ['a switch of protocols', ['HTTP/1.1 101 Switching', 'Upgrade: x', '', '']],
    ['a line that ends in LF', ['HTTP/1.1 200 OK\nContent-Length: 0', '', '']],
    ['a CR in a line', [head, 'X: a\rb', '', '']],
    ['a NUL in a field', [head, 'X: \x00', '', '']],
    ['DEL in a field', [head, 'X: \x7f', '', '']],
    ['a line without a colon', [head, 'nonsense', '', '']],
    ['a field without a name', [head, ': x', '', '']],
    ['white space before a colon', [head, 'Content-Length : 0', '', '']],
    ['white space before the first field', [head, ' X: y', '', '']],
    ['two lengths', [head, 'Content-Length: 2', 'Content-Length: 3', '', '{}']],
    ['one length twice', [head, 'Content-Length: 2', 'Content-Length: 2', '', '{}']],
    ['a list of lengths', [head, 'Content-Length: 2, 2', '', '{}']],
    ['a negative length', [head, 'Content-Length: -2', '', '{}']],
    ['a signed length', [head, 'Content-Length: +2', '', '{}']],
    ['a hexadecimal length', [head, 'Content-Length: 0x2', '', '{}']],
    ['a length of another line', [head, 'Content-Length: 1', ' 2', '', '{}']],
    ['an empty length', [head, 'Content-Length:', '', '']],
    ['a length beyond integers', [head, 'Content-Length: 9999999999999999', '', '']],
    ['a length and chunks', [head, 'Content-Length: 2', 'Transfer-Encoding: chunked', '', '0', '', '']],
    ['chunks and a length', [head, 'Transfer-Encoding: chunked', 'Content-Length: 2', '', '0', '', '']],
    ['another coding', [head, 'Transfer-Encoding: gzip, chunked', '', '0', '', '']],
    ['a coding of the same length', [head, 'Transfer-Encoding: chunky!', '', '0', '', '']],
    ['chunks twice', [head, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked', '', '0', '', '']],
    ['chunks in an older version', ['HTTP/1.0 200 OK', 'Transfer-Encoding: chunked', '', '0', '', '']],
    ['a chunk without a size', [...chunked, '', 'abc', '0', '', '']],
    ['a chunk of no number', [...chunked, 'x', 'abc', '0', '', '']],
    ['a chunk of endless size', [...chunked, '000000003', 'abc', '0', '', '']],
    ['a chunk that is longer than it says', [...chunked, '2', 'abc', '0', '', '']],
    ['a chunk that ends in LF', [...chunked, '3\nabc', '0', '', '']],
    ['a control character in a trailer', [...chunked, '0', 'X: \x01', '', '']],
    ['a CR in a trailer', [...chunked, '0', 'X: a\rb', '', '']],
  ])('takes no reply from %s', (_what, lines) => {
    const { replies, fault } = read(...lines)
    expect(fault).not.toBe('')
    expect(replies).toEqual([])
  })

  it('reads as large a head as it may, and none that is larger', () => {
    const fixed = octets(head, 'X: ', 'Content-Length: 0', '', '').length
    const sized = (sizeBytes: number) =>
      octets(head, `X: ${'x'.repeat(sizeBytes - fixed)}`, 'Content-Length: 0', '', '')
    for (const cut of [1, 1000, 70_000]) {
      const pieces = (whole: Buffer) => [whole.subarray(0, cut), whole.subarray(cut)]
      expect(readReplies(pieces(sized(MAX_HEAD_BYTES))).replies).toHaveLength(1)
      expect(readReplies(pieces(sized(MAX_HEAD_BYTES + 1))).fault).toContain('too large')
    }
  })

  it('is not kept busy by interim responses without end', () => {
    const interim = octets('HTTP/1.1 100 Continue', '', '')
    expect(readReplies(Array.from({ length: 10_000 }, () => interim)).fault).toContain('too large')
  })

  it.each([
    ['announced', (size: number) => [`Content-Length: ${size}`, '', 'x'.repeat(size)]],
    [
      'in chunks',
      (size: number) => ['Transfer-Encoding: chunked', '', size.toString(16), 'x'.repeat(size), '0', '', ''],
    ],
    ['until the end', (size: number) => ['', 'x'.repeat(size)]],
  ])('reads as large a body as it may, and none that is larger: %s', (_how, rest) => {
    expect(read(head, ...rest(MAX_BODY_BYTES)).replies[0]?.body).toHaveLength(MAX_BODY_BYTES)
    expect(read(head, ...rest(MAX_BODY_BYTES + 1)).fault).toContain('too large')
  })

  it.each([
    ['extensions', ['1;', 'x'.repeat(70_000)]],
    ['trailers', ['0\r\nX: ', 'x'.repeat(70_000)]],
  ])('is not kept busy by %s without end', (_what, rest) => {
    expect(readReplies([octets(...chunked, rest.join(''))]).fault).toContain('too much')
  })

  it('knows an incomplete body by the end of the connection', () => {
    for (const lines of [
      [head, 'Content-Length: 3', '', 'ab'],
      [...chunked, '3', 'ab'],
      [...chunked, '3', 'abc', '0', ''],
    ]) {
      const { replies, fault, incomplete } = read(...lines)
      expect({ replies, fault, incomplete }).toEqual({ replies: [], fault: '', incomplete: true })
    }
  })
})

/** One connection's replies, of every kind. */
const stream = octets(
  'HTTP/1.1 100 Continue',
  '',
  'HTTP/1.1 202 Accepted',
  'Content-Length: 10',
  'Connection: keep-alive',
  '',
  '{"id":"1"}HTTP/1.1 202 Accepted',
  'Content-Length: 10',
  'Connection: keep-alive',
  '',
  '{"id":"2"}HTTP/1.1 204 No Content',
  '',
  'HTTP/1.1 422 No',
  'Transfer-Encoding: chunked',
  'X-Folded: a',
  '  b',
  '',
  '5;x=y',
  'hello',
  '1',
  ' ',
  '5',
  '\r\nxyz',
  '0',
  'Trailer: t',
  '',
  'HTTP/1.0 200 OK',
  'Keep-Alive: timeout=3',
  '',
  'until\r\n\r\nthe end',
)

describe('splitting a stream of responses', () => {
  const whole = readReplies([stream])

  it('reads all of it in one piece', () => {
    expect(whole).toMatchObject({ interim: [100], fault: '', incomplete: false })
    expect(whole.replies.map(({ status, body }) => [status, body])).toEqual([
      [202, '{"id":"1"}'],
      [202, '{"id":"2"}'],
      [204, ''],
      [422, 'hello \r\nxyz'],
      [200, 'until\r\n\r\nthe end'],
    ])
  })

  it('changes nothing, at whatever octet', () => {
    for (let cut = 1; cut < stream.length; cut++)
      expect(readReplies([stream.subarray(0, cut), stream.subarray(cut)]), `at ${cut}`).toEqual(whole)
  })

  it('changes nothing, at all octets', () => {
    expect(readReplies([...stream].map(octet => Buffer.of(octet)))).toEqual(whole)
  })

  it('changes nothing, at some octets', () => {
    const random = createRandom('splits')
    for (let round = 0; round < 200; round++) {
      const pieces: Buffer[] = []
      for (let at = 0; at < stream.length; ) {
        const end = Math.min(stream.length, at + 1 + random.integer(40))
        pieces.push(stream.subarray(at, end))
        at = end
      }
      expect(readReplies(pieces)).toEqual(whole)
    }
  })
})
