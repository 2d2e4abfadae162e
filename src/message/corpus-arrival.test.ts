import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { generic } from '../provider/generic.ts'
import type { Reply } from '../sample.ts'
import { type Certificate, createCertificate } from '../sink/certificate.ts'
import { openSinks, type Sinks } from '../sink/sinks.ts'
import type { Transport } from '../transport/transport.ts'
import { type Condition, conditionsOf } from '../trial/condition.ts'
import { clientNames, openerOf } from '../trial/pairings.ts'
import type { Target } from '../trial/target.ts'
import { expectMail } from './arrival.fixture.ts'
import { loadTemplate, type MessageSource, messageNames } from './corpus.ts'
import type { Message } from './message.ts'
import {
  type RecordedCall,
  type RecordedMail,
  type RecordingServer,
  recordHttp,
  recordSmtp,
} from './recording-server.fixture.ts'

/** A message must arrive as it is whoever carries it, or clients are compared on different work. */
const RUN = '0badcafe'

const parcels: readonly { label: string; source: MessageSource; recipients: number }[] = [
  ...messageNames.map(source => ({ label: source, source, recipients: 1 })),
  { label: '1kb', source: { sizeBytes: 1024 }, recipients: 1 },
  { label: '100kb', source: { sizeBytes: 100 * 1024 }, recipients: 1 },
  { label: 'receipt to 20', source: 'receipt', recipients: 20 },
  { label: 'international to 20', source: 'international', recipients: 20 },
  { label: 'receipt to 1000', source: 'receipt', recipients: 1000 },
]

// Fewer users than messages, so that each client sends several on a connection.
const conditions = conditionsOf({
  client: clientNames.filter(name => name !== 'null'),
  connection: ['reuse', 'fresh'],
  http_version: ['1.1', '2'],
  users: 3,
})

/** The whole corpus as one trial's, so that no two conditions share an id. */
function messagesOf(trial: number): Promise<Message[]> {
  const messages = parcels.map(async ({ source, recipients }, index) => {
    const template = await loadTemplate(source, { run: RUN, trial, recipients })
    return template.message(index)
  })
  return Promise.all(messages)
}

function openTransport(condition: Condition, port: number, ca: string): Transport {
  const open = openerOf(condition.client, condition.protocol)
  if (!open) throw new Error(`${condition.client} does not speak ${condition.protocol}`)
  const at = { address: { host: '127.0.0.1', port }, display: 'loopback' }
  const target: Target =
    condition.protocol === 'smtp'
      ? { protocol: 'smtp', tls: 'required', ...at }
      : { protocol: 'http', encrypted: true, ...at }
  return open({
    condition,
    target,
    trust: { ca, insecure: false, resume: false },
    provider: generic,
    clock: systemClock,
    signal: new AbortController().signal,
  })
}

/** Sends all at the same time, as the users of a trial do. */
async function sendAll(condition: Condition, port: number, ca: string, messages: readonly Message[]) {
  await using transport = openTransport(condition, port, ca)
  return await Promise.all(messages.map(message => transport.submit(message)))
}

const taken = (replies: readonly Reply[]) =>
  replies.map(({ outcome, text, recipientsRefused }) => ({ outcome, text, recipientsRefused }))
const allTaken = parcels.map(() => ({ outcome: 'accepted', text: undefined, recipientsRefused: 0 }))

function expectCall(call: RecordedCall, version: string | undefined, { messageId, content }: Message): void {
  const { body, ...rest } = call
  const expected = { method: 'POST', path: '/send', contentType: 'application/json' }
  expect(rest).toEqual({ version: version === '2' ? '2.0' : version, ...expected })
  const { attachments = [], headers, ...described } = JSON.parse(body.toString('utf8'))
  const { attachments: files, headers: further, ...said } = content
  expect(described).toEqual(said)
  expect(headers).toEqual({ 'Message-ID': messageId, ...further })
  expect(attachments).toEqual(
    files.map(({ content: bytes, ...file }) => ({ ...file, content: bytes.toString('base64') })),
  )
}

let certificate: Certificate
beforeAll(async () => {
  certificate = await createCertificate()
})

/** What `records` hold of each message, which must be one thing. */
function arrivalsOf<T>(
  records: readonly T[],
  bytes: (record: T) => Buffer,
  messages: readonly Message[],
): T[] {
  return messages.map(({ id }) => {
    const found = records.filter(record => bytes(record).includes(id))
    expect(found).toHaveLength(1)
    return found[0] as T
  })
}

describe('over SMTP', () => {
  let server: RecordingServer<RecordedMail>
  beforeAll(async () => {
    server = await recordSmtp(certificate)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const smtp = conditions.filter(({ protocol }) => protocol === 'smtp')
  describe.each(smtp.map(condition => [condition.label, condition] as const))('%s', (_label, condition) => {
    let messages: Message[]
    let arrivals: RecordedMail[]
    beforeAll(async () => {
      messages = await messagesOf(1 + smtp.indexOf(condition))
      const replies = await sendAll(condition, server.port, certificate.ca, messages)
      expect(taken(replies)).toEqual(allTaken)
      arrivals = arrivalsOf(server.records, ({ data }) => data, messages)
    })

    test.each(parcels.map(({ label }, i) => [label, i] as const))(
      '%s says what it said',
      async (_parcel, i) => {
        await expectMail(arrivals[i] as RecordedMail, messages[i] as Message)
      },
    )

    // nodemailer composes the structured form itself, in a way of its own.
    if (condition.client === 'nodemailer') return
    test('every byte is as it was', () => {
      for (const [i, message] of messages.entries())
        expect(arrivals[i]?.data.equals(message.raw()), parcels[i]?.label).toBe(true)
    })
  })
})

describe('over HTTP', () => {
  let server: RecordingServer<RecordedCall>
  beforeAll(async () => {
    server = await recordHttp(certificate)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const http = conditions.filter(({ protocol }) => protocol === 'http')
  describe.each(http.map(condition => [condition.label, condition] as const))('%s', (_label, condition) => {
    let messages: Message[]
    let arrivals: RecordedCall[]
    beforeAll(async () => {
      messages = await messagesOf(1 + http.indexOf(condition))
      const replies = await sendAll(condition, server.port, certificate.ca, messages)
      expect(taken(replies)).toEqual(allTaken)
      arrivals = arrivalsOf(server.records, ({ body }) => body, messages)
    })

    test.each(parcels.map(({ label }, i) => [label, i] as const))('%s says what it said', (_parcel, i) => {
      expectCall(arrivals[i] as RecordedCall, condition.httpVersion, messages[i] as Message)
    })
  })
})

describe('our own sinks', () => {
  let sinks: Sinks
  beforeAll(async () => {
    sinks = await openSinks({
      listeners: [
        { protocol: 'smtp', tls: 'starttls' },
        { protocol: 'http', tls: 'implicit' },
      ],
      script: {},
      seed: 'corpus',
    })
  })
  afterAll(() => sinks[Symbol.asyncDispose]())

  test.each(conditions.map(condition => [condition.label, condition] as const))(
    'take each message of %s once, and know it by its id',
    async (_label, condition) => {
      const trial = 1 + conditions.indexOf(condition)
      const port = sinks.endpoints.find(({ protocol }) => protocol === condition.protocol)?.port ?? 0
      const replies = await sendAll(condition, port, sinks.ca, await messagesOf(trial))
      expect(taken(replies)).toEqual(allTaken)
      const { counts, duplicated } = sinks.ledger.receipts(RUN, trial)
      expect([...counts]).toEqual(parcels.map(() => 1))
      expect(duplicated).toBe(0)
      expect(sinks.ledger.summary().unidentified).toBe(0)
    },
  )
})
