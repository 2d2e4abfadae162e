import type { Mailbox, Message } from '../message/message.ts'
import { type Cause, causes, type Verdict } from '../sample.ts'
import type { HttpRequest, HttpResponse, Provider, Received } from './provider.ts'
import { verdictOfStatus } from './status.ts'

/**
 * The generic dialect: `POST /send`, a bearer key (RFC 6750 §2.1), one JSON message.
 *
 * 202 `{"id": "…"}`; refusals `{"error": {"cause": "…", "code": "…", "message": "…"}}`.
 */
interface WireMessage {
  from: Mailbox
  to: Mailbox[]
  subject: string
  text?: string
  html?: string
  headers: Record<string, string>
  attachments?: { filename: string; contentType: string; content: string; cid?: string }[]
}

function encode({ messageId, content }: Message): WireMessage {
  return {
    from: content.from,
    to: [...content.to],
    subject: content.subject,
    ...(content.text !== undefined && { text: content.text }),
    ...(content.html !== undefined && { html: content.html }),
    headers: { 'Message-ID': messageId, ...content.headers },
    ...(content.attachments.length > 0 && {
      attachments: content.attachments.map(({ content: bytes, ...rest }) => ({
        ...rest,
        content: bytes.toString('base64'),
      })),
    }),
  }
}

function request(message: Message, key: string | undefined, path = '/send'): HttpRequest {
  return {
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    body: Buffer.from(JSON.stringify(encode(message))),
  }
}

const refusal = (code: number, cause: Cause, text: string): Received => ({
  kind: 'refusal',
  verdict: { outcome: 'rejected', cause, code, text },
})

function receive({ headers, body }: HttpRequest, keys: ((key: string) => boolean) | undefined): Received {
  const key = /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1]
  if (keys && (key === undefined || !keys(key)))
    return refusal(401, 'auth', 'The bearer key is missing or unknown')
  let message: Partial<WireMessage>
  try {
    message = JSON.parse(body.toString('utf8'))
  } catch {
    return refusal(400, 'content', 'The body is no JSON')
  }
  if (typeof message?.from?.address !== 'string') return refusal(422, 'sender', 'from.address is missing')
  const recipients = Array.isArray(message.to) ? message.to.map(to => to?.address) : []
  if (
    recipients.length === 0 ||
    recipients.some(address => typeof address !== 'string' || !address.includes('@'))
  ) {
    return refusal(422, 'recipient', 'to must list addresses')
  }
  const id = message.headers?.['X-Mailbench-Id']
  return { kind: 'message', ids: typeof id === 'string' ? [id] : [], recipients }
}

function respond(verdict: Verdict, id: string): HttpResponse {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (verdict.outcome === 'accepted')
    return { status: verdict.code ?? 202, headers, body: JSON.stringify({ id }) }
  if (verdict.retryAfterNs !== undefined)
    headers['retry-after'] = String(Math.ceil(verdict.retryAfterNs / 1e9))
  const { cause, enhancedCode, text } = verdict
  return {
    status: verdict.code ?? (verdict.outcome === 'deferred' ? 503 : 422),
    headers,
    body: JSON.stringify({ error: { cause, code: enhancedCode, message: text } }),
  }
}

/**
 * What a refusal's body says, as far as it says it in our words: another server's error is of any shape. Texts
 * are not cut here: what they repeat of a secret could no longer be found and masked.
 */
function detailsOf(body: string): Pick<Verdict, 'cause' | 'enhancedCode' | 'text'> {
  const { error } = JSON.parse(body) as { error: Record<string, unknown> }
  const { cause, code, message } = error
  const known = causes.find(word => word === cause)
  return {
    ...(known && { cause: known }),
    ...(typeof code === 'string' && /^[\w.-]{1,40}$/.test(code) && { enhancedCode: code }),
    text: typeof message === 'string' ? message : body,
  }
}

function verdict({ status, headers, body }: HttpResponse): Verdict {
  const base = verdictOfStatus(status, headers)
  if (base.outcome === 'accepted') return base
  try {
    return { ...base, ...detailsOf(body) }
  } catch {
    return { ...base, text: body }
  }
}

export const generic: Provider = {
  name: 'generic',
  path: '/send',
  bodyDecides: false,
  request,
  verdict,
  receive,
  respond,
}
