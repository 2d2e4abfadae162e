import { expect } from 'vitest'
import type { Attachment, Content, Mailbox, Message } from '../message/message.ts'
import { createPlate } from '../message/plate.ts'
import { htmlOf } from './html.ts'
import type { Keys } from './key.ts'
import type { HttpRequest, HttpResponse, Provider, Received, Route, Stamp } from './provider.ts'
import { createRouter } from './router.ts'

/** What the contract suite sends, and the mock that it sends to. */
const id = '0badcafe-0001-0000002a'
const to: Mailbox[] = [
  { name: 'One', address: `one+${id}@example.net` },
  { address: `two+${id}@example.net` },
]
const attachments: Attachment[] = [
  { filename: 'a.pdf', contentType: 'application/pdf', content: Buffer.from([0, 1, 254, 255]) },
  { filename: 'b.png', contentType: 'image/png', content: Buffer.from('b'), cid: 'b@example.net' },
]

const raw = Buffer.from(`X-Mailbench-Id: ${id}\r\n\r\nraw`)

export const sample: Message = {
  index: 42,
  id,
  idempotencyKey: id,
  messageId: `<${id}@example.net>`,
  smtpUtf8: false,
  envelope: { from: 'bench@example.net', to: to.map(({ address }) => address) },
  content: {
    from: { name: 'Bench', address: 'bench@example.net' },
    to,
    subject: 'Grüße, and a “quotation”',
    text: 'Two lines,\r\nand a line separator \u2028.',
    html: '<p>Two lines &amp; a tag</p>',
    headers: { 'X-Mailbench-Id': id },
    attachments,
  },
  raw: () => raw,
  plate: () => createPlate({ bytes: raw, indexOffsets: [] }),
}

/** The message with some parts exchanged; the bytes of its RFC 5322 form stay as they are. */
export function revised(
  message: Message,
  parts: Partial<Pick<Message, 'envelope' | 'content' | 'merge' | 'smtpUtf8' | 'idempotencyKey'>>,
): Message {
  const { index, id, idempotencyKey, messageId, smtpUtf8, envelope, content } = message
  const whole = { index, id, idempotencyKey, messageId, smtpUtf8, envelope, content, ...parts }
  return { ...whole, raw: () => message.raw(), plate: form => message.plate(form) }
}

/** The message for somebody else. */
export function mailedTo(message: Message, address: string): Message {
  return revised(message, {
    envelope: { ...message.envelope, to: [address] },
    content: { ...message.content, to: [{ address }] },
    smtpUtf8: false,
  })
}

/** What arrives of a message where the API cannot carry all of it. */
export function carried({ lacks = [] }: Provider, content: Content): Content {
  const { text, html, to, headers, ...rest } = content
  return {
    ...rest,
    to: lacks.includes('names') ? to.map(({ address }) => ({ address })) : to,
    ...(lacks.includes('text')
      ? { html: htmlOf(content) }
      : { ...(text !== undefined && { text }), ...(html !== undefined && { html }) }),
    headers: lacks.includes('headers') ? {} : headers,
    attachments: content.attachments.map(({ cid, ...file }) => ({
      ...file,
      ...(lacks.includes('type') && { contentType: expect.any(String) }),
      ...(cid !== undefined && !lacks.includes('inline') && { cid }),
      ...(cid !== undefined && lacks.includes('inline-names') && { filename: cid }),
    })),
  }
}

export const stamp: Stamp = { serial: 1_790_000_000_123, wallMs: Date.UTC(2026, 9, 21, 7, 28, 0, 400) }

export function routeOf(provider: Provider, { method, path }: HttpRequest): Route | undefined {
  const [bare = ''] = path.split('?')
  return createRouter([provider])(bare)?.[method]?.route
}

/** What the mock understands of a request, and answers. */
export function ask(
  provider: Provider,
  request: HttpRequest,
  keys: Keys = 'off',
): { readonly received: Received; readonly response: HttpResponse } {
  const route = routeOf(provider, request)
  if (!route) throw new Error(`${provider.name} has no route for ${request.method} ${request.path}`)
  const received = route.receive(request, keys)
  const response =
    received.kind === 'taken' ? route.accept(received, stamp) : route.refuse(received.verdict, stamp)
  return { received, response }
}
