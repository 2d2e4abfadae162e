import type { Transcript } from './transcript.ts'

/** Something that the server can do, or said of itself. */
export interface Capability {
  readonly name: string
  readonly value: string
}

/** The keywords of the last EHLO reply (RFC 5321 §4.1.1.1): what was offered in clear is void under TLS. */
function ehloKeywords({ lines }: Transcript): string[] {
  const ehlo = lines.findLastIndex(({ kind, text }) => kind === 'sent' && /^EHLO /i.test(text))
  if (ehlo < 0) return []
  const replies: string[] = []
  for (const { kind, text } of lines.slice(ehlo + 1)) {
    if (kind !== 'received' || !text.startsWith('250')) break
    replies.push(text.slice(4))
  }
  return replies.slice(1)
}

function smtpCapabilities(transcript: Transcript): Capability[] {
  const keywords = ehloKeywords(transcript)
  const isAuth = (keyword: string) => /^AUTH[ =]/i.test(keyword)
  const mechanisms = keywords.filter(isAuth).map(keyword => keyword.slice(5))
  return [
    { name: 'EHLO', value: keywords.filter(keyword => !isAuth(keyword)).join(', ') || 'no extensions' },
    { name: 'AUTH', value: mechanisms.join(' ') || 'not offered' },
  ]
}

const rateLimitField = /^(?:x-)?(?:rate-?limit[\w-]*|retry-after)$/i

function httpCapabilities({ lines }: Transcript): Capability[] {
  const [status, ...fields] = lines.filter(({ kind }) => kind === 'received').map(({ text }) => text)
  const pairs = fields.map(field => [field.split(':', 1)[0] ?? '', field] as const)
  const limits = pairs.filter(([name]) => rateLimitField.test(name)).map(([, field]) => field)
  const server = pairs
    .find(([name]) => name.toLowerCase() === 'server')?.[1]
    .slice('server:'.length)
    .trim()
  return [
    { name: 'HTTP', value: /^HTTP\/[\d.]+/.exec(status ?? '')?.[0] ?? 'no answer' },
    ...(server ? [{ name: 'server', value: server }] : []),
    { name: 'rate limit', value: limits.join(', ') || 'says nothing of it' },
  ]
}

export function capabilitiesOf(protocol: 'smtp' | 'http', transcript: Transcript): Capability[] {
  const { encryption, lines } = transcript
  if (!lines.some(({ kind }) => kind === 'received')) return []
  const said = protocol === 'smtp' ? smtpCapabilities(transcript) : httpCapabilities(transcript)
  if (!encryption) return [...said, { name: 'TLS', value: 'not used' }]
  const { protocol: version, cipher, subject, issuer, validTo, alpn } = encryption
  return [
    ...said,
    { name: 'TLS', value: [version, cipher, alpn && `ALPN ${alpn}`].filter(Boolean).join(', ') },
    { name: 'certificate', value: `of ${subject}, by ${issuer}, until ${validTo}` },
  ]
}
