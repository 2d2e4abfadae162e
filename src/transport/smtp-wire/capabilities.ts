/** What a server's reply to EHLO offers (RFC 5321 §4.1.1.1). */
export interface Capabilities {
  readonly startTls: boolean
  readonly pipelining: boolean
  readonly chunking: boolean
  readonly eightBitMime: boolean
  readonly smtpUtf8: boolean
  readonly dsn: boolean
  readonly enhancedStatusCodes: boolean
  /** A message's size may be declared (RFC 1870). */
  readonly size: boolean
  /** The most that a message may have; undefined when the server names no limit. */
  readonly sizeLimitBytes: number | undefined
  /** Of AUTH (RFC 4954), in upper case, in the server's order. */
  readonly mechanisms: readonly string[]
}

/** Parameters by keyword, both in upper case. `AUTH=PLAIN` is how it was written before RFC 2554. */
function keywordsOf(reply: string): Map<string, string[]> {
  const keywords = new Map<string, string[]>()
  for (const line of reply.split('\n').slice(1)) {
    const [keyword = '', ...parameters] = line
      .slice(4)
      .trim()
      .toUpperCase()
      .split(/[ \t=]+/)
    keywords.set(keyword, [...(keywords.get(keyword) ?? []), ...parameters])
  }
  return keywords
}

/** RFC 1870 §4: a limit of 0, or none, says that there is no fixed one. */
function sizeLimitOf(parameter: string | undefined): number | undefined {
  const limit = /^\d{1,15}$/.test(parameter ?? '') ? Number(parameter) : 0
  return limit > 0 ? limit : undefined
}

/** @param reply to EHLO, its lines ending in `\n`; the first one names the server */
export function capabilitiesOf(reply: string): Capabilities {
  const keywords = keywordsOf(reply)
  return {
    startTls: keywords.has('STARTTLS'),
    pipelining: keywords.has('PIPELINING'),
    chunking: keywords.has('CHUNKING'),
    eightBitMime: keywords.has('8BITMIME'),
    smtpUtf8: keywords.has('SMTPUTF8'),
    dsn: keywords.has('DSN'),
    enhancedStatusCodes: keywords.has('ENHANCEDSTATUSCODES'),
    size: keywords.has('SIZE'),
    sizeLimitBytes: sizeLimitOf(keywords.get('SIZE')?.[0]),
    mechanisms: [...new Set(keywords.get('AUTH'))],
  }
}
