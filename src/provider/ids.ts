/** MurmurHash3's finalizer (Appleby): a bijection of 32 bits, so that different numbers stay different. */
function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Hexadecimal digits that look like chance. Two serials of fewer than 2 ** 32 apart never share their first 8. */
export function hexOf(serial: number, digits: number): string {
  const high = mix(Math.floor(serial / 2 ** 32))
  let text = ''
  for (let word = 0; text.length < digits; word++)
    text += mix(serial ^ high ^ Math.imul(word, 0x9e3779b9))
      .toString(16)
      .padStart(8, '0')
  return text.slice(0, digits)
}

/** In the layout of a random UUID (RFC 9562 §5.4). */
export function uuidOf(serial: number): string {
  const hex = hexOf(serial, 32)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-')
}
