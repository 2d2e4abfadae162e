import { Brevo, BrevoClient, BrevoError } from '@getbrevo/brevo'
import { expect, test } from 'vitest'
import { brevo } from '../../provider/brevo.ts'
import { revised, sample } from '../../provider/contract-mail.ts'
import { jsonOf, openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

const KEY = 'xkeysib-right'
const ID = /^<\d{12}\.\d+@smtp-relay\.mailin\.fr>$/
const { content } = sample

const mailbox = ({ name, address }: { name?: string; address: string }) => ({
  email: address,
  ...(name !== undefined && { name }),
})
const mail: Brevo.SendTransacEmailRequest = {
  sender: mailbox(content.from),
  to: content.to.map(mailbox),
  subject: content.subject,
  textContent: content.text ?? '',
  htmlContent: content.html ?? '',
  headers: { ...content.headers, idempotencyKey: '0badcafe-0001-4000-a000-00000000002a' },
  attachment: content.attachments.map(({ filename, content: bytes }) => ({
    name: filename,
    content: bytes.toString('base64'),
  })),
}
const nobody = { ...mail, to: [{ email: 'nobody' }] }

/** By itself it would ask three times where it is throttled. */
const clientOf = ({ origin }: SdkBench, apiKey = KEY) =>
  new BrevoClient({ apiKey, baseUrl: `${origin}/v3`, maxRetries: 0 }).transactionalEmails

const refusalOf = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error: BrevoError) => error,
  )

test('@getbrevo/brevo sends a message with attachments, as we do, and gets its id', async () => {
  await using bench = await openSdkBench(KEY)
  const { data, rawResponse } = await clientOf(bench).sendTransacEmail(mail).withRawResponse()
  expect(rawResponse.status).toBe(201)
  expect(data.messageId).toMatch(ID)
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  const own = brevo.request(sample, KEY)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(own))
  expect(bench.requests[0]?.headers).toMatchObject({ 'api-key': KEY, 'content-type': 'application/json' })
})

test('@getbrevo/brevo gets the same id for the same key', async () => {
  await using bench = await openSdkBench(KEY)
  const client = clientOf(bench)
  const first = await client.sendTransacEmail(mail)
  expect(await client.sendTransacEmail(mail)).toEqual(first)
  expect(bench.ledger.summary().taken).toBe(1)
})

test('@getbrevo/brevo sends in sandbox mode, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const headers = { ...mail.headers, 'X-Sib-Sandbox': 'drop' }
  expect((await clientOf(bench).sendTransacEmail({ ...mail, headers })).messageId).toMatch(ID)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(brevo.sandboxed?.().request(sample, KEY)))
})

test('@getbrevo/brevo merges data into one text for many, as we do, and gets the id of each', async () => {
  await using bench = await openSdkBench(KEY)
  const data = { name: 'Ann' }
  const template = { subject: 'Dear {{name}}', text: 'Hello {{name}}' }
  const messages = [0, 1].map(() => revised(sample, { merge: { template, data } }))
  const { to: _to, htmlContent: _html, ...shared } = mail
  const sent = await clientOf(bench).sendTransacEmail({
    ...shared,
    subject: 'Dear {{params.name}}',
    textContent: 'Hello {{params.name}}',
    headers: { idempotencyKey: '0badcafe-0001-4000-b000-00000000002a' },
    // The client's types know of no headers of a version, which the API takes.
    messageVersions: messages.map(() => ({
      to: content.to.map(mailbox),
      headers: { ...content.headers },
      params: data,
    })),
  })
  expect(sent.messageIds?.map(id => ID.test(id))).toEqual([true, true])
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(brevo.batch?.request(messages, KEY)))
  expect(bench.ledger.summary().taken).toBe(2)
})

test('@getbrevo/brevo sends by a template, with numbers to merge, a file by its URL and copies', async () => {
  await using bench = await openSdkBench(KEY)
  const { rawResponse } = await clientOf(bench)
    .sendTransacEmail({
      to: content.to.map(mailbox),
      cc: [{ email: 'copy@example.net' }],
      templateId: 7,
      params: { total: 12.5 },
      attachment: [{ url: 'https://example.net/a.pdf' }],
      headers: { ...content.headers },
    })
    .withRawResponse()
  expect(rawResponse.headers.get('x-sib-ratelimit-remaining')).toBe('999')
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  const error = await refusalOf(clientOf(bench).sendTransacEmail({ ...mail, bcc: [{ email: 'nobody' }] }))
  expect(error.body).toMatchObject({ message: 'email is not valid in bcc' })
})

test('@getbrevo/brevo understands what a wrong key gets', async () => {
  await using bench = await openSdkBench(KEY)
  const error = await refusalOf(clientOf(bench, 'wrong').sendTransacEmail(mail))
  expect(error).toBeInstanceOf(BrevoError)
  expect(error).toMatchObject({ statusCode: 401, body: { code: 'unauthorized', message: 'Key not found' } })
  expect(bench.ledger.summary().taken).toBe(0)
})

test('@getbrevo/brevo understands which field is at fault', async () => {
  await using bench = await openSdkBench(KEY)
  const error = await refusalOf(clientOf(bench).sendTransacEmail(nobody))
  expect(error).toBeInstanceOf(Brevo.BadRequestError)
  expect(error.body).toEqual({ code: 'invalid_parameter', message: 'email is not valid in to' })
})

test('@getbrevo/brevo understands that it asks too often, and for how long', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  const other = { ...mail, headers: { ...content.headers } }
  await clientOf(bench).sendTransacEmail(mail)
  const error = await refusalOf(clientOf(bench).sendTransacEmail(other))
  expect(error.statusCode).toBe(429)
  expect(Number(error.rawResponse?.headers.get('x-sib-ratelimit-reset'))).toBeGreaterThan(0)
})
