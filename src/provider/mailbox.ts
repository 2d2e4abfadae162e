import { z } from 'zod'
import type { Mailbox } from '../message/message.ts'

/** `Bench <bench@example.net>`, with a name that is quoted where RFC 5322 §3.2.4 demands it. */
export function formatMailbox({ name, address }: Mailbox): string {
  if (name === undefined) return address
  const isAtoms = /^[\w!#$%&'*+/=?^`{|}~ \-\u0080-\uffff]*$/.test(name)
  return `${isAtoms ? name : `"${name.replace(/["\\]/g, '\\$&')}"`} <${address}>`
}

const isQuoted = (name: string) => name.length > 1 && name.startsWith('"') && name.endsWith('"')

/** Reads what `formatMailbox` writes; the address may be no address. By hand: no text makes it slow. */
export function parseMailbox(text: string): Mailbox {
  const trimmed = text.trim()
  const open = trimmed.lastIndexOf('<')
  if (open < 0 || !trimmed.endsWith('>')) return { address: trimmed }
  const written = trimmed.slice(0, open).trim()
  const name = isQuoted(written) ? written.slice(1, -1).replace(/\\(.)/g, '$1') : written
  return { ...(name !== '' && { name }), address: trimmed.slice(open + 1, -1) }
}

/** Splits `a@x, "B, b" <b@x>` at the commas that stand in no quotation. */
export function parseMailboxes(list: string): Mailbox[] {
  const parts: string[] = []
  let start = 0
  let isInside = false
  for (let at = 0; at < list.length; at++) {
    const char = list[at]
    if (char === '\\' && isInside) at++
    else if (char === '"') isInside = !isInside
    else if (char === ',' && !isInside) {
      parts.push(list.slice(start, at))
      start = at + 1
    }
  }
  return list === '' ? [] : [...parts, list.slice(start)].map(parseMailbox)
}

const address = /^[^\s@<>(),;:"[\]\\]+@[^\s@<>(),;:"[\]\\]+$/

/** As far as the APIs of providers check one. */
export const isAddress = (text: string) => address.test(text)

export const isAsciiAddress = (text: string) => address.test(text) && !/[^\x00-\x7f]/.test(text)

/** An address in a body. @param error how the provider words that it is none */
export const addressText = (error: string, isGood = isAddress) =>
  z.string({ error }).refine(isGood, { error })
