import type { HttpHeaders } from '../../provider/provider.ts'

/** The fields of a head that was found to be well formed, as a dialect reads them. */
export function readFields(head: string): HttpHeaders {
  // Without a prototype: names are the server's, `__proto__` among them.
  const fields: Record<string, string | string[]> = Object.create(null)
  // A fold counts as a space (RFC 9112 §5.2).
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    const before = fields[name]
    if (before === undefined) fields[name] = value
    else if (typeof before === 'string') fields[name] = [before, value]
    else before.push(value)
  }
  return fields
}
