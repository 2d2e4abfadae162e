/**
 * What moves the cursor, changes colours, forges lines or turns the direction of writing: controls of C0 but the end
 * of a line, DEL, C1, separators and the marks of Unicode's bidirectional algorithm (UAX 9).
 */
const unprintable = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/**
 * Prints text of several lines on standard output. Whoever put it together has cleaned what servers said; a stored
 * run may be somebody else's, and say anything in any place.
 */
export function print(text: string): void {
  console.log(text.replaceAll(unprintable, ' '))
}

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Prints JSON on standard output; DEL and C1, which JSON need not escape (RFC 8259 §7), are escaped all the same. */
export function printData(value: unknown): void {
  console.log(JSON.stringify(value, null, 2).replaceAll(unprintable, escaped))
}
