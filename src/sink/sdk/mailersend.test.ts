import { Attachment, EmailParams, MailerSend, Recipient, Sender } from 'mailersend'
import { expect, test } from 'vitest'
import { sample } from '../../provider/contract-mail.ts'
import { mailersend } from '../../provider/mailersend.ts'
import { jsonOf, openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

const KEY = 'mlsn.right'
const { content } = sample

const mail = (to = content.to.map(({ name, address }) => new Recipient(address, name))) =>
  new EmailParams()
    .setFrom(new Sender(content.from.address, 'Bench'))
    .setTo(to)
    .setSubject(content.subject)
    .setText(content.text ?? '')
    .setHtml(content.html ?? '')
    .setAttachments(
      content.attachments.map(
        ({ filename, content: bytes, cid }) =>
          new Attachment(bytes.toString('base64'), filename, cid ? 'inline' : 'attachment', cid),
      ),
    )

/** The address is no option, but a field that is not private at run time. */
function clientOf({ origin }: SdkBench, key = KEY): MailerSend['email'] {
  const { email } = new MailerSend({ apiKey: key })
  Object.assign(email, { baseUrl: `${origin}/v1` })
  return email
}

/** What the client throws. */
interface Failure {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: { readonly message: string; readonly errors?: Record<string, string[]> }
}

const failed = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('nothing was refused')),
    (failure: Failure) => failure,
  )

test('mailersend sends a message with attachments, as we do, and gets its id', async () => {
  await using bench = await openSdkBench(KEY)
  const { statusCode, headers } = await clientOf(bench).send(mail())
  expect(statusCode).toBe(202)
  expect(headers['x-message-id']).toMatch(/^[0-9a-f]{24}$/)
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  const own = mailersend.request(sample, KEY)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(own))
  expect(bench.requests[0]?.headers).toMatchObject(own.headers)
})

test('mailersend sends in bulk, as we do, and learns nothing of a bad recipient', async () => {
  await using bench = await openSdkBench(KEY)
  const { statusCode, body } = await clientOf(bench).sendBulk([mail(), mail([new Recipient('nobody')])])
  expect(statusCode).toBe(202)
  expect(body).toMatchObject({ bulk_email_id: expect.stringMatching(/^[0-9a-f]{24}$/) })
  expect(bench.ledger.summary().taken).toBe(1)
  await clientOf(bench).sendBulk([mail(), mail()])
  expect(jsonOf(bench.requests[1])).toEqual(jsonOf(mailersend.batch?.request([sample, sample], KEY)))
})

test('mailersend sends by a template, with copies, and is told rate and quota', async () => {
  await using bench = await openSdkBench(KEY)
  const byTemplate = new EmailParams()
    .setTo([new Recipient('a@example.net')])
    .setCc([new Recipient('b@example.net')])
    .setTemplateId('welcome')
    .setPersonalization([{ email: 'a@example.net', data: { total: 12.5 } }])
  const { statusCode, headers } = await clientOf(bench).send(byTemplate)
  expect(statusCode).toBe(202)
  expect(headers).toMatchObject({
    'x-ratelimit-limit': '120',
    'x-apiquota-reset': expect.stringMatching(/T00:00:00Z$/),
  })
  const { body } = await failed(clientOf(bench).send(mail().setBcc([new Recipient('nobody')])))
  expect(body.errors).toHaveProperty(['bcc.0.email'])
})

test('mailersend understands a wrong key', async () => {
  await using bench = await openSdkBench(KEY)
  const failure = await failed(clientOf(bench, 'mlsn.wrong').send(mail()))
  expect(failure).toMatchObject({ statusCode: 401, body: { message: 'Unauthenticated.' } })
})

test('mailersend understands which field is at fault', async () => {
  await using bench = await openSdkBench(KEY)
  const { statusCode, body } = await failed(clientOf(bench).send(mail([new Recipient('nobody')])))
  expect(statusCode).toBe(422)
  expect(body.errors).toEqual({ 'to.0.email': ['The to.email must be a valid email address.'] })
  expect(bench.ledger.summary().taken).toBe(0)
})

test('mailersend understands that it asks too often, and for how long', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  await clientOf(bench).send(mail())
  const { statusCode, headers, body } = await failed(clientOf(bench).send(mail()))
  expect(statusCode).toBe(429)
  expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  expect(body.message).toContain('#MS42903')
})
