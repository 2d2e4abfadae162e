import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MessageSource, messageNames } from '../../message/corpus.ts'
import {
  type RecordedMail,
  type RecordingServer,
  recordSmtp,
} from '../../message/recording-server.fixture.ts'
import { type Certificate, createCertificate } from '../../sink/certificate.ts'
import { smtpDialogue } from '../scripted-dialogue.ts'
import { openScripted } from '../scripted-server.ts'
import type { SmtpWireOptions } from './smtp-wire.ts'
import { openWire, templateOnce } from './wire.fixture.ts'

const sources: readonly MessageSource[] = [...messageNames, { sizeBytes: 1024 }, { sizeBytes: 100 * 1024 }]

/** The whole corpus, each message to several, sent at once. */
async function sendCorpus(port: number, options: Partial<SmtpWireOptions>) {
  await using transport = openWire(port, options)
  const templates = await Promise.all(sources.map(source => templateOnce(source, 3)))
  const messages = templates.map((template, index) => template.message(index))
  const replies = await Promise.all(messages.map(message => transport.submit(message)))
  expect(replies.map(({ outcome, text }) => text ?? outcome)).toEqual(messages.map(() => 'accepted'))
  return messages
}

const variants: readonly (readonly [what: string, Partial<SmtpWireOptions>])[] = [
  ['in lockstep on two connections', { mode: 'lockstep', connections: 2 }],
  ['pipelined one at a time', { mode: 'pipelined' }],
  ['pipelined with a depth', { mode: 'pipelined', depth: 3 }],
  ['each on a connection of its own', { mode: 'pipelined', reuse: false, connections: 3 }],
]

describe('the corpus arrives byte for byte', () => {
  let certificate: Certificate
  let server: RecordingServer<RecordedMail>
  beforeAll(async () => {
    certificate = await createCertificate()
    server = await recordSmtp(certificate)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  it.each(variants)('%s, at a server that we did not write', async (_what, options) => {
    const before = server.records.length
    const trust = { ca: certificate.ca, insecure: false, resume: false }
    const messages = await sendCorpus(server.port, { tls: 'required', trust, ...options })
    const records = server.records.slice(before)
    for (const message of messages) {
      const found = records.filter(({ data }) => data.includes(message.id))
      expect(found.map(({ from, to }) => ({ from, to }))).toEqual([message.envelope])
      expect(found[0]?.smtpUtf8).toBe(message.smtpUtf8)
      expect(found[0]?.data.equals(message.raw())).toBe(true)
    }
  })

  it.each([
    ['one at a time', 1],
    ['several in flight', 4],
  ])('in chunks, %s', async (_what, depth) => {
    const contents: string[] = []
    const extensions = ['CHUNKING', '8BITMIME', 'SMTPUTF8']
    await using scripted = await openScripted([
      smtpDialogue({}, { extensions, onContent: content => contents.push(content) }),
    ])
    const messages = await sendCorpus(scripted.port, { mode: 'chunked', depth })
    expect(contents).toEqual(messages.map(message => message.raw().toString('latin1')))
  })
})
