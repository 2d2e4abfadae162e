import { COMMA, CR, digitOf, HTAB, isWordAt, LF, SP } from './octets.ts'

/** White space of a value, a folded one's line ends among it (RFC 9112 §5.2). */
const isSpace = (octet: number | undefined) => octet === SP || octet === HTAB || octet === CR || octet === LF

/** The value without the white space around it (RFC 9110 §5.5): where it begins and ends. */
export function trimmed(bytes: Uint8Array, at: number, end: number): [first: number, last: number] {
  let first = at
  let last = end
  while (first < last && isSpace(bytes[first])) first += 1
  while (first < last && isSpace(bytes[last - 1])) last -= 1
  return [first, last]
}

/** More digits would not fit an integer of JavaScript. */
const DIGITS_MAX = 15

function digitsOf(bytes: Uint8Array, first: number, last: number): number {
  if (first === last || last - first > DIGITS_MAX) return -1
  let number = 0
  for (let at = first; at < last; at++) {
    const digit = digitOf(bytes[at])
    if (digit < 0) return -1
    number = 10 * number + digit
  }
  return number
}

/** The value as a number of decimal digits; -1 when it is anything else, a list among it. */
export function numberOf(bytes: Uint8Array, at: number, end: number): number {
  const [first, last] = trimmed(bytes, at, end)
  return digitsOf(bytes, first, last)
}

/** The decimal digits behind `name`, which ends in `=`; -1 without it. */
export function numberIn(bytes: Uint8Array, at: number, end: number, name: Uint8Array): number {
  for (let first = at; first + name.length < end; first++) {
    if (!isWordAt(bytes, first, name)) continue
    let last = first + name.length
    while (last < end && digitOf(bytes[last]) >= 0) last += 1
    return digitsOf(bytes, first + name.length, last)
  }
  return -1
}

/** Whether `member` is one of a list (RFC 9110 §5.6.1), in either case. */
export function hasMember(bytes: Uint8Array, at: number, end: number, member: Uint8Array): boolean {
  let first = at
  while (first < end) {
    while (first < end && (isSpace(bytes[first]) || bytes[first] === COMMA)) first += 1
    let last = first
    while (last < end && !isSpace(bytes[last]) && bytes[last] !== COMMA) last += 1
    if (last - first === member.length && isWordAt(bytes, first, member)) return true
    first = last
  }
  return false
}
