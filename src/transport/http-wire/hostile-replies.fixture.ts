import type { Random } from '../../random.ts'

/** Replies as servers send them: what is spoilt. */
const seeds = [
  'HTTP/1.1 202 Accepted\r\nContent-Length: 10\r\n\r\n{"id":"1"}',
  'HTTP/1.1 422 No\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nT: 1\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.0 200 OK\r\nKeep-Alive: timeout=5, max=100\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nX-Folded: a\r\n\tb\r\nContent-Length: 1\r\n\r\nx',
  'HTTP/1.1 200 OK\r\n\r\nuntil the end',
  'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n',
]

/** What makes a parser stumble, put anywhere. */
const tokens = [
  ...['\r\n', '\r', '\n', '\r\n\r\n', ' ', '\t', ':', '\0', '\x7f', '\xff', ',', ';', '='],
  ...['HTTP/1.1 ', 'HTTP/1.0 200 OK\r\n', 'HTTP/2 ', '101', '999', '000'],
  ...[
    'Content-Length: 5\r\n',
    'Content-Length: 99999999999999999999\r\n',
    'content-length:0\r\n',
    '-1',
    '+',
    '0x',
  ],
  ...[
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding: gzip\r\n',
    'chunked, ',
    'FFFFFFFF\r\n',
    '0\r\n\r\n',
  ],
  ...['Connection: close\r\n', 'Keep-Alive: timeout=99999999999999999999\r\n', '__proto__: x\r\n'],
].map(token => Buffer.from(token, 'latin1'))

const seedOctets = seeds.map(seed => Buffer.from(seed, 'latin1'))

const pick = <T>(items: readonly T[], random: Random): T => items[random.integer(items.length)] as T

function spoil(octets: Buffer, random: Random): Buffer {
  const at = random.integer(octets.length + 1)
  const end = Math.min(octets.length, at + random.integer(12))
  const [before, cut, after] = [octets.subarray(0, at), octets.subarray(at, end), octets.subarray(end)]
  switch (random.integer(6)) {
    case 0: // another octet
      return Buffer.concat([before, Buffer.of(random.integer(256)), octets.subarray(at + 1)])
    case 1: // some are missing
      return Buffer.concat([before, after])
    case 2: // some come twice
      return Buffer.concat([before, cut, cut, after])
    case 3: // the rest never comes
      return before
    case 4: // the end of another reply
      return Buffer.concat([before, pick(seedOctets, random).subarray(at)])
    default:
      return Buffer.concat([before, pick(tokens, random), octets.subarray(at)])
  }
}

/** A connection's octets: a few replies, spoilt in a few places, or nothing that makes sense at all. */
export function hostileReplies(random: Random): Buffer {
  if (random.integer(50) === 0)
    return Buffer.from(Array.from({ length: random.integer(200) }, () => random.integer(256)))
  let octets: Buffer = Buffer.concat(
    Array.from({ length: 1 + random.integer(3) }, () => pick(seedOctets, random)),
  )
  for (let faults = random.integer(4); faults > 0; faults--) octets = spoil(octets, random)
  return octets
}

/** Cuts octets into pieces of random size. */
export function inPieces(octets: Buffer, random: Random): Buffer[] {
  const most = 1 + random.integer(60)
  const pieces: Buffer[] = []
  for (let at = 0; at < octets.length; ) {
    const end = Math.min(octets.length, at + 1 + random.integer(most))
    pieces.push(octets.subarray(at, end))
    at = end
  }
  return pieces
}
