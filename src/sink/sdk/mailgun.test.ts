import FormData from 'form-data'
import Mailgun from 'mailgun.js'
import type { MailgunMessageData } from 'mailgun.js/definitions'
import { expect, test } from 'vitest'
import { mailedTo, revised, sample } from '../../provider/contract-mail.ts'
import { mailgun } from '../../provider/mailgun.ts'
import { formIn } from '../../provider/multipart.ts'
import type { HttpRequest } from '../../provider/provider.ts'
import { openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

const KEY = 'key-right'
const ID = /^<\d{14}\.1\.[0-9A-F]{16}@example\.net>$/
const { content } = sample

const files = content.attachments.map(({ filename, contentType, content: data, cid }) => ({
  data,
  filename: cid ?? filename,
  contentType,
}))
const mail: MailgunMessageData = {
  from: 'Bench <bench@example.net>',
  to: ['One <one+0badcafe-0001-0000002a@example.net>', 'two+0badcafe-0001-0000002a@example.net'],
  subject: content.subject,
  text: content.text ?? '',
  html: content.html ?? '',
  'h:X-Mailbench-Id': sample.id,
  attachment: files.slice(0, 1),
  inline: files.slice(1),
}

const clientOf = ({ origin }: SdkBench, key = KEY) =>
  new Mailgun(FormData).client({ username: 'api', key, url: origin })

/** What two forms have to be alike in: their fields, in any order. */
const formOf = (request: HttpRequest | undefined) =>
  request && [...formIn(request)].map(field => JSON.stringify(field)).sort()

/** What the client throws. */
interface MailgunError extends Error {
  readonly status: number
  readonly details: string
}

const refusalOf = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error: MailgunError) => error,
  )

test('mailgun.js sends a message with attachments, as we do, and gets its id', async () => {
  await using bench = await openSdkBench(KEY)
  const sent = await clientOf(bench).messages.create('example.net', mail)
  expect(sent).toMatchObject({ status: 200, id: expect.stringMatching(ID), message: 'Queued. Thank you.' })
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  const own = mailgun.request(sample, KEY)
  expect(formOf(bench.requests[0])).toEqual(formOf(own))
  expect(bench.requests[0]).toMatchObject({
    path: own.path,
    headers: { authorization: own.headers['authorization'] },
  })
})

test('mailgun.js sends the bytes of a message, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const sent = await clientOf(bench).messages.create('example.net', {
    to: [...sample.envelope.to],
    message: sample.raw(),
  })
  expect(sent.id).toMatch(ID)
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  const own = mailgun.raw?.request(sample, KEY)
  expect(formOf(bench.requests[0])).toEqual(formOf(own))
  expect(bench.requests[0]?.path).toBe(own?.path)
})

test('mailgun.js sends in test mode, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  await clientOf(bench).messages.create('example.net', { ...mail, 'o:testmode': true })
  expect(formOf(bench.requests[0])).toEqual(formOf(mailgun.sandboxed?.().request(sample, KEY)))
})

test('mailgun.js merges data into one text for many, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const template = { subject: 'Dear {{name}}', text: 'Hello {{name}}' }
  const otherId = '0badcafe-0001-0000002b'
  const other = mailedTo(sample, `three+${otherId}@example.net`)
  const headers = { 'X-Mailbench-Id': otherId }
  const messages = [
    revised(sample, { merge: { template, data: { name: 'Ann' } } }),
    revised(other, { content: { ...other.content, headers }, merge: { template, data: { name: 'Bob' } } }),
  ]
  const { html: _html, ...plain } = mail
  const own = { name: 'Ann', 'h:X-Mailbench-Id': sample.id }
  const variables = [
    ...sample.envelope.to.map(to => [to, own] as const),
    ...other.envelope.to.map(to => [to, { name: 'Bob', 'h:X-Mailbench-Id': otherId }] as const),
  ]
  await clientOf(bench).messages.create('example.net', {
    ...plain,
    to: [mail.to, ...other.envelope.to].flat().join(', '),
    subject: 'Dear %recipient.name%',
    text: 'Hello %recipient.name%',
    'h:X-Mailbench-Id': '%recipient.h:X-Mailbench-Id%',
    'recipient-variables': JSON.stringify(Object.fromEntries(variables)),
  })
  expect(formOf(bench.requests[0])).toEqual(formOf(mailgun.batch?.request(messages, KEY)))
  expect(bench.ledger.summary().taken).toBe(2)
})

test('mailgun.js sends by a template, with copies', async () => {
  await using bench = await openSdkBench(KEY)
  const { text: _text, html: _html, subject: _subject, ...plain } = mail
  const sent = await clientOf(bench).messages.create('example.net', {
    ...plain,
    cc: 'copy@example.net',
    template: 'welcome',
    't:variables': JSON.stringify({ total: 12.5 }),
  })
  expect(sent.id).toMatch(ID)
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
})

test('mailgun.js learns of a domain that nobody has', async () => {
  await using bench = await openSdkBench(KEY)
  const error = await refusalOf(clientOf(bench).messages.create('nobody.invalid', mail))
  expect(error).toMatchObject({ status: 404, details: 'Domain not found: nobody.invalid' })
})

test('mailgun.js can ask for domains with its key, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  expect(await clientOf(bench).domains.list()).toEqual([])
  expect(bench.requests[0]).toMatchObject({ path: mailgun.account?.(KEY).path })
})

test.each([
  ['a wrong key', 'wrong', {}, 401, 'Forbidden'],
  [
    'a recipient that is none',
    KEY,
    { to: 'nobody' },
    400,
    "'to' parameter is not a valid address. please check documentation",
  ],
])('mailgun.js understands %s', async (_what, key, change, status, details) => {
  await using bench = await openSdkBench(KEY)
  const error = await refusalOf(clientOf(bench, key).messages.create('example.net', { ...mail, ...change }))
  expect(error).toMatchObject({ status, details })
  expect(bench.ledger.summary().taken).toBe(0)
})

test('mailgun.js understands that it asks too often', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  await clientOf(bench).messages.create('example.net', mail)
  const error = await refusalOf(clientOf(bench).messages.create('example.net', mail))
  expect(error.status).toBe(429)
})
