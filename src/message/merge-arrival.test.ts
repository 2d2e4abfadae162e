import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import PostalMime from 'postal-mime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { ask, carried } from '../provider/contract-mail.ts'
import type { Provider, ReceivedMessage } from '../provider/provider.ts'
import { providers } from '../provider/providers.ts'
import { type Certificate, createCertificate } from '../sink/certificate.ts'
import { type Condition, conditionsOf } from '../trial/condition.ts'
import { openerOf } from '../trial/pairings.ts'
import type { Target } from '../trial/target.ts'
import { loadTemplate } from './corpus.ts'
import { ID_HEADER } from './identity.ts'
import { mergeSpec } from './merge-spec.ts'
import type { Message } from './message.ts'
import { type RecordedMail, type RecordingServer, recordSmtp } from './recording-server.fixture.ts'

/** What each recipient reads must be the same by every way, or the ways are compared on different work. */
const COUNT = 7
const BATCH = 3

const merge = mergeSpec.parse({
  subject: 'Grüße, {{name}}: order {{order}}',
  text: 'Dear {{name}},\n\nyour order {{order}} = {{order}} is on its way.\n.{{name}}\n-- \nNo. {{number}}\n',
  html: '<p class="x">Dear {{name}},</p>\n<p>your order <a href="?o={{order}}">{{order}}</a></p>\n',
  data: [
    { name: 'Ann', order: 'A-1' },
    { name: 'Zoë Ångström-日本', order: 'B=2' },
    { name: "O'Brien & <Sons>", order: '.' },
    { name: '$& $1 %recipient.name% [[name]]', order: '"quoted" \\' },
    { name: '', order: 'x'.repeat(120) },
  ],
})

/** One recipient's message, as a server understood it. */
interface Read {
  readonly to: readonly string[]
  readonly subject: string | undefined
  readonly text: string | undefined
  readonly html: string | undefined
}

const unixLines = (text: string | undefined) => text?.replaceAll('\r\n', '\n')

const readOf = ({ envelope: { to }, content: { subject, text, html } }: Message): Read => ({
  to,
  subject,
  text,
  html,
})

/** Of an API that carries less than a message has, the rest is the same by all its calls. */
function readBy(provider: Provider, { envelope: { to }, content }: Message): Read {
  const { subject, text, html } = carried(provider, content)
  return { to, subject, text, html }
}

/** postal-mime leaves to each part the line break of the boundary behind it (RFC 2046 §5.1.1). */
async function readMail({ to, data }: RecordedMail): Promise<[string, Read]> {
  const { headers, subject, text, html } = await PostalMime.parse(data)
  const id = headers.find(({ key }) => key === ID_HEADER.toLowerCase())?.value ?? ''
  const part = (value: string | undefined) => unixLines(value)?.replace(/\n$/, '')
  return [id, { to, subject, text: part(text), html: part(html) }]
}

function readCalled({ id = '', content }: ReceivedMessage): [string, Read] {
  const { to, subject, text, html } = content() as Exclude<ReturnType<typeof content>, Buffer>
  return [id, { to: to.map(({ address }) => address), subject, text: unixLines(text), html: unixLines(html) }]
}

const headersOf = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

/** A provider's mock that keeps what it took. */
async function recordCalls(provider: Provider): Promise<RecordingServer<readonly ReceivedMessage[]>> {
  const records: (readonly ReceivedMessage[])[] = []
  const server = createServer(async (request, reply) => {
    const { method, url: path = '', headers } = request
    const body = await buffer(request)
    const call = { method: method as 'POST', path, headers: headersOf(headers), body }
    const { received, response } = ask(provider, call)
    if (received.kind === 'taken') records.push(received.messages)
    reply.writeHead(response.status, { ...(response.headers as Record<string, string>) }).end(response.body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    records,
    [Symbol.asyncDispose]: () => new Promise(resolve => server.close(() => resolve())),
  }
}

/** The key that a dialect takes apart must have its parts. */
const keys: Readonly<Record<string, string>> = { ses: 'AKIAEXAMPLE0000:secret-of-the-access-key:eu-west-1' }

function targetOf({ protocol }: Condition, port: number, provider: Provider): Target {
  const at = { address: { host: '127.0.0.1', port }, display: 'loopback' }
  return protocol === 'smtp'
    ? { protocol, tls: 'required', ...at }
    : { protocol, encrypted: false, key: keys[provider.name] ?? 'key', ...at }
}

/** Sends the merge under a condition, all at once, as the users of a trial do. */
async function sendAll(condition: Condition, trial: number, port: number, ca: string, provider: Provider) {
  const template = await loadTemplate({ merge }, { run: '0badcafe', trial })
  const messages = Array.from({ length: COUNT }, (_, i) => template.message(i))
  const open = openerOf(condition.client, condition.protocol)
  await using transport = open?.({
    condition,
    target: targetOf(condition, port, provider),
    trust: { ca, insecure: false, resume: false },
    provider,
    clock: systemClock,
    signal: new AbortController().signal,
  })
  const replies = await Promise.all(messages.map(message => transport?.submit(message)))
  expect(replies.map(reply => [reply?.outcome, reply?.text])).toEqual(
    messages.map(() => ['accepted', undefined]),
  )
  return messages
}

/** What each recipient read, in the order of the messages; each exactly once. */
function arranged(reads: readonly [string, Read][], messages: readonly Message[]): Read[] {
  return messages.flatMap(({ id }) => {
    const own = reads.filter(([of]) => of === id)
    expect(own).toHaveLength(1)
    return own.map(([, read]) => read)
  })
}

let certificate: Certificate
beforeAll(async () => {
  certificate = await createCertificate()
})

describe('a mail merge over SMTP', () => {
  const conditions = conditionsOf({
    smtp: 'sink',
    merge,
    users: 3,
    client: ['nodemailer', 'nodemailer-raw', 'wire'],
    mode: ['lockstep', 'pipelined', 'chunked'],
  })
  let server: RecordingServer<RecordedMail>
  beforeAll(async () => {
    server = await recordSmtp(certificate)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  it.each(conditions.map(condition => [condition.label, condition] as const))(
    'reads as its structured form does: %s',
    async (_label, condition) => {
      const trial = 1 + conditions.indexOf(condition)
      const messages = await sendAll(condition, trial, server.port, certificate.ca, providers.generic)
      const reads = await Promise.all(server.records.map(readMail))
      const trimmed = (read: Read) => ({
        ...read,
        text: read.text?.replace(/\n$/, ''),
        html: read.html?.replace(/\n$/, ''),
      })
      expect(arranged(reads, messages).map(trimmed)).toEqual(messages.map(readOf).map(trimmed))
    },
  )
})

const batching = Object.values<Provider>(providers).filter(({ batch }) => batch !== undefined)

describe.each(batching.map(provider => [provider.name, provider] as const))(
  'a mail merge at %s',
  (name, provider) => {
    const conditions = conditionsOf({
      api: 'sink',
      provider: name as keyof typeof providers,
      merge,
      messages: COUNT,
      users: 2,
      client: ['undici', 'wire'],
      batch: [1, BATCH, 'max'],
    })

    it('goes message by message, and in batches', () => {
      expect(conditions.map(({ client, batch }) => [client, batch])).toEqual(
        ['undici', 'wire'].flatMap(client => [1, BATCH, COUNT].map(batch => [client, batch])),
      )
    })

    it.each(conditions.map(condition => [condition.label, condition] as const))(
      'reads as its structured form does: %s',
      async (_label, condition) => {
        await using server = await recordCalls(provider)
        const messages = await sendAll(condition, 1, server.port, '', provider)
        expect(server.records).toHaveLength(Math.ceil(COUNT / (condition.batch ?? 1)))
        expect(arranged(server.records.flat().map(readCalled), messages)).toEqual(
          messages.map(message => readBy(provider, message)),
        )
      },
    )
  },
)
