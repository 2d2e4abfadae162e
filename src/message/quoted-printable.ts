/** RFC 2045 §6.7 (5): an encoded line has at most 76 characters, of which a soft break takes one. */
const LINE_MAX = 75

/** Goes as it is, whole and on a line of its own: printable, no `=`, no dot that begins it, no space that ends it. */
const plain = /^(?!\.)[\x20-\x3c\x3e-\x7e]{0,74}[\x21-\x3c\x3e-\x7e]$/

const hex = (octet: number) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`

/** Space and tab may not end a line; nobody has to stuff a dot that is never the first of one (RFC 5321 §4.5.2). */
function isLiteral(octet: number, isFirst: boolean, isLast: boolean): boolean {
  if (octet === 0x20 || octet === 0x09) return !isLast
  if (octet === 0x2e) return !isFirst
  return octet > 0x20 && octet < 0x7f && octet !== 0x3d
}

function encodeLine(line: string): string {
  if (line === '' || plain.test(line)) return line
  const octets = Buffer.from(line, 'utf8')
  let encoded = ''
  let width = 0
  for (const [i, octet] of octets.entries()) {
    const literal = isLiteral(octet, width === 0, i === octets.length - 1)
    const piece = literal ? String.fromCharCode(octet) : hex(octet)
    if (width + piece.length > LINE_MAX) {
      // What begins a line is judged anew: it may be a dot.
      const first = isLiteral(octet, true, i === octets.length - 1) ? piece : hex(octet)
      encoded += `=\r\n${first}`
      width = first.length
    } else {
      encoded += piece
      width += piece.length
    }
  }
  return encoded
}

/**
 * Text of any line ends in quoted-printable (RFC 2045 §6.7), UTF-8, CRLF. No line of it begins with a dot. What
 * begins a line of its own can be encoded by itself: pieces are joined by soft breaks, `=` CRLF.
 */
export function quotedPrintable(text: string): string {
  if (plain.test(text)) return text
  return text
    .split(/\r\n|\n|\r/)
    .map(encodeLine)
    .join('\r\n')
}
