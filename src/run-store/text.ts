/**
 * Controls (C0, DEL, C1), line and paragraph separators, and the marks that turn the direction of writing:
 * what a hostile server could use to forge lines or to show other words than it sent. And the two noncharacters that
 * no XML 1.0 document may hold, not even as a reference (§2.2).
 */
const controls = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]+/gu

/** One line of well-formed text: every run of control characters becomes a space, the ends are trimmed. */
export function plainText(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  const line = text.replace(controls, ' ').trim()
  // Cut by UTF-16 units, then repaired: half a surrogate pair is no UTF-8.
  return line.slice(0, maxLength).toWellFormed()
}

/** Several lines for a terminal: line ends and indents stay, every other control character becomes a space. */
export function plainLines(text: string): string {
  return text
    .split('\n')
    .map(line => line.replace(controls, ' '))
    .join('\n')
    .toWellFormed()
}
