/**
 * The name of one submission: `RRRRRRRR-TTTT-IIIIIIII`, hexadecimal, always of one length so that it can
 * be patched into bytes that were encoded once. It travels in the message as `Message-ID`, as
 * `X-Mailbench-Id` and in the recipient's address, and is how a sink tells submissions apart.
 */
export interface Identity {
  /** 8 hexadecimal digits: the run, derived from its seed. */
  readonly run: string
  readonly trial: number
  readonly index: number
}

export const IDENTITY_LENGTH = 22
/** The part of an identity that varies within a trial: its last 8 digits. */
export const INDEX_LENGTH = 8
export const ID_HEADER = 'X-Mailbench-Id'
/** Right-hand side of Message-ID and of addresses that nothing will ever be delivered to (RFC 2606 §3). */
export const DEFAULT_DOMAIN = 'example.net'

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')

/** @throws RangeError when it would not fit, since a longer id would overwrite what follows it */
export function formatIndex(index: number): string {
  if (!(index >= 0 && index <= 0xffffffff)) throw new RangeError(`Message ${index} has no 8-digit index`)
  return hex(index, INDEX_LENGTH)
}

export function formatIdentity({ run, trial, index }: Identity): string {
  return `${run}-${hex(trial, 4)}-${formatIndex(index)}`
}

export function formatMessageId(id: string): string {
  return `<${id}@${DEFAULT_DOMAIN}>`
}

const pattern = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{8})$/
const within = /(?<![0-9a-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{8}(?![0-9a-z])/

/** The first identity in a text, such as an address that carries one. */
export const findIdentity = (text: string): string | undefined => within.exec(text)?.[0]

/** undefined for what another client sent. */
export function parseIdentity(text: string): Identity | undefined {
  const match = pattern.exec(text)
  if (!match) return undefined
  return {
    run: match[1] as string,
    trial: Number.parseInt(match[2] as string, 16),
    index: Number.parseInt(match[3] as string, 16),
  }
}
