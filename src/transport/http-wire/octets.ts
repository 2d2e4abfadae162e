/** Octets that HTTP/1.1's grammar is made of (RFC 9110 §5.5, §5.6). */
export const CR = 0x0d
export const LF = 0x0a
export const SP = 0x20
export const HTAB = 0x09
export const COLON = 0x3a
export const COMMA = 0x2c
export const SEMICOLON = 0x3b
export const ZERO = 0x30
const DEL = 0x7f

/** A table of which octets belong to a class: 1 for those that do. */
function tableOf(belongs: (octet: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, octet) => (belongs(octet) ? 1 : 0))
}

/** What a field's name is made of: `token` (RFC 9110 §5.6.2). */
export const isToken = tableOf(octet => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(octet)))

/** What may stand in a line: anything but controls, of which HTAB is white space. */
export const isText = (octet: number) => (octet >= SP && octet !== DEL) || octet === HTAB

/** The value of a decimal digit, or -1. */
export function digitOf(octet: number | undefined): number {
  return octet !== undefined && octet >= ZERO && octet <= ZERO + 9 ? octet - ZERO : -1
}

const hexDigits = Int8Array.from({ length: 256 }, (_, octet) => {
  const digit = Number.parseInt(String.fromCharCode(octet), 16)
  return Number.isNaN(digit) ? -1 : digit
})

/** The value of a hexadecimal digit, or -1. */
export function hexDigitOf(octet: number): number {
  return hexDigits[octet] as number
}

/** A word in lower case, to be compared with octets. */
export const word = (text: string): Uint8Array => Buffer.from(text, 'latin1')

/** Whether a word stands at `at`, in either case. */
export function isWordAt(bytes: Uint8Array, at: number, lowered: Uint8Array): boolean {
  for (let i = 0; i < lowered.length; i++) {
    const octet = bytes[at + i] as number
    const lower = octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet
    if (lower !== lowered[i]) return false
  }
  return true
}
