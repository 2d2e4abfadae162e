import sgMail from '@sendgrid/mail'
import { expect, test } from 'vitest'
import { revised, sample } from '../../provider/contract-mail.ts'
import { sendgrid } from '../../provider/sendgrid.ts'
import { jsonOf, openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

type Mail = Exclude<Parameters<typeof sgMail.send>[0], readonly unknown[]>

/** What the client throws. */
interface ResponseError extends Error {
  readonly code: number
  readonly response: { readonly headers: Record<string, string>; readonly body: unknown }
}

const KEY = 'SG.right'
const { content } = sample

const mailbox = ({ name, address }: { name?: string; address: string }) => ({
  email: address,
  ...(name !== undefined && { name }),
})
const mail: Mail = {
  personalizations: [
    {
      to: content.to.map(mailbox),
      headers: { ...content.headers },
    },
  ],
  from: { name: 'Bench', email: content.from.address },
  subject: content.subject,
  text: content.text ?? '',
  html: content.html ?? '',
  // The client's types say `contentId`, which it passes on as it is, and the API does not know.
  attachments: content.attachments.map(({ filename, contentType, content: bytes, cid }) => ({
    filename,
    type: contentType,
    content: bytes.toString('base64'),
    disposition: cid === undefined ? 'attachment' : 'inline',
    ...(cid !== undefined && { content_id: cid }),
  })),
}

/** Setting a key sets the address of the real API as well: ours comes after it. */
function clientOf({ origin }: SdkBench, key = KEY): typeof sgMail {
  sgMail.setApiKey(key)
  const { client } = sgMail as unknown as { client: { setDefaultRequest(key: string, value: string): void } }
  client.setDefaultRequest('baseUrl', `${origin}/`)
  return sgMail
}

const failed = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error: ResponseError) => error,
  )

test('@sendgrid/mail sends a message with attachments, as we do, and gets its id', async () => {
  await using bench = await openSdkBench(KEY)
  const [response] = await clientOf(bench).send(mail)
  expect(response.statusCode).toBe(202)
  expect(response.headers['x-message-id']).toMatch(/^[\w-]{22}$/)
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(sendgrid.request(sample, KEY)))
})

test('@sendgrid/mail validates in sandbox mode, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const [response] = await clientOf(bench).send({ ...mail, mailSettings: { sandboxMode: { enable: true } } })
  expect(response.statusCode).toBe(200)
  const own = sendgrid.sandboxed?.().request(sample, KEY)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(own))
})

test('@sendgrid/mail merges data into one text for many, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const data = { name: 'Ann' }
  const template = { subject: 'Dear {{name}}', text: 'Hello {{name}}' }
  const messages = [0, 1].map(() => revised(sample, { merge: { template, data } }))
  const { html: _html, ...plain } = mail
  await clientOf(bench).send({
    ...plain,
    ...template,
    personalizations: messages.map(({ content: { to, headers } }) => ({
      to: to.map(mailbox),
      headers: { ...headers },
      substitutions: data,
    })),
  } as Mail)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(sendgrid.batch?.request(messages, KEY)))
  expect(bench.ledger.summary().taken).toBe(2)
})

test('@sendgrid/mail sends by a template, and with a subject for each', async () => {
  await using bench = await openSdkBench(KEY)
  const client = clientOf(bench)
  const { subject: _subject, text: _text, html: _html, ...plain } = mail
  await client.send({ ...plain, templateId: 'd-1', dynamicTemplateData: { total: 12.5 } } as Mail)
  const [own] = plain.personalizations ?? []
  const personalizations = ['One', 'Two'].map(subject => ({ ...own, subject }))
  const [response] = await client.send({ ...plain, text: 'Hello', personalizations } as Mail)
  expect(response.headers).toMatchObject({ 'x-ratelimit-limit': '600', 'x-ratelimit-remaining': '599' })
  expect(bench.ledger.summary()).toMatchObject({ taken: 3, unidentified: 0 })
})

test('@sendgrid/mail understands which copy, or reply, is at fault', async () => {
  await using bench = await openSdkBench(KEY)
  const { personalizations: _all, ...plain } = mail
  for (const [change, field] of [
    [{ cc: 'nobody' }, 'personalizations.0.cc.0.email'],
    [{ replyTo: 'nobody' }, 'reply_to.email'],
  ] as const) {
    const error = await failed(clientOf(bench).send({ ...plain, to: 'a@example.net', ...change } as Mail))
    expect(error.response.body).toMatchObject({ errors: [{ field }] })
  }
})

test('@sendgrid/mail understands what a wrong key gets', async () => {
  await using bench = await openSdkBench(KEY)
  const error = await failed(clientOf(bench, 'SG.wrong').send(mail))
  expect(error.code).toBe(401)
  expect(error.toString()).toContain('authorization grant is invalid')
  expect(bench.ledger.summary().taken).toBe(0)
})

test('@sendgrid/mail understands which field is at fault', async () => {
  await using bench = await openSdkBench(KEY)
  const error = await failed(clientOf(bench).send({ ...mail, from: 'nobody' }))
  expect(error.response.body).toEqual({
    errors: [{ message: 'Does not contain a valid address.', field: 'from.email', help: null }],
  })
})

test('@sendgrid/mail understands that it asks too often', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  await clientOf(bench).send(mail)
  const error = await failed(clientOf(bench).send(mail))
  expect(error.code).toBe(429)
  const { headers } = error.response
  expect(Number(headers['x-ratelimit-reset'])).toBeGreaterThan(Date.parse(headers['date'] ?? '') / 1000)
})
