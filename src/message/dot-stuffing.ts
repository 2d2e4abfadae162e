import type { Pattern } from './plate.ts'

const CRLF = '\r\n'
const DOT = 0x2e
const dot = Buffer.from('.', 'latin1')

/** Where the dots stand that begin a line. */
function dotsOf(bytes: Buffer): number[] {
  const dots = bytes[0] === DOT ? [0] : []
  for (let at = bytes.indexOf('\r\n.'); at >= 0; at = bytes.indexOf('\r\n.', at + 3)) dots.push(at + 2)
  return dots
}

/**
 * What follows DATA (RFC 5321 §4.5.2): one more dot before each that begins a line, and the terminator. The
 * index is of hexadecimal digits, so that no message of a template needs a dot where another needs none.
 */
export function stuffed({ bytes, indexOffsets }: Pattern): Pattern {
  const dots = dotsOf(bytes)
  const pieces: Buffer[] = []
  let from = 0
  for (const at of dots) {
    pieces.push(bytes.subarray(from, at), dot)
    from = at
  }
  const endsLine = bytes.length === 0 || bytes.toString('latin1', bytes.length - 2) === CRLF
  pieces.push(bytes.subarray(from), Buffer.from(endsLine ? '.\r\n' : '\r\n.\r\n', 'latin1'))
  return {
    bytes: Buffer.concat(pieces),
    indexOffsets: indexOffsets.map(offset => offset + dots.filter(at => at < offset).length),
  }
}
