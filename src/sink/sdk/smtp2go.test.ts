import { ApiClient, MailAttachment, MailService, Service } from 'smtp2go-nodejs'
import { expect, test } from 'vitest'
import { sample } from '../../provider/contract-mail.ts'
import { smtp2go } from '../../provider/smtp2go.ts'
import { jsonOf, openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

const KEY = 'api-right'
const { content } = sample

/** An attachment that is in no file: the client would read one. */
function fileOf({ contentType, content: bytes }: (typeof content.attachments)[number], name: string) {
  const file = new MailAttachment(name).setFileBlob(bytes.toString('base64'))
  return Object.assign(file, { filename: name, mimetype: contentType, readFileBlob: async () => file })
}

const wireMailbox = ({ name, address }: { name?: string; address: string }) => ({
  email: address,
  ...(name !== undefined && { name }),
})

function mailTo(to = content.to.map(wireMailbox)) {
  const mail = new MailService()
    .from(wireMailbox(content.from))
    .to(to)
    .subject(content.subject)
    .text(content.text ?? '')
    .html(content.html ?? '')
    .headers(Object.entries(content.headers).map(([header, value]) => ({ header, value })))
    .attach(content.attachments.filter(({ cid }) => !cid).map(file => fileOf(file, file.filename)))
  mail.inlines.push(...content.attachments.filter(({ cid }) => cid).map(file => fileOf(file, file.cid ?? '')))
  return mail
}

function clientOf({ origin }: SdkBench, key = KEY) {
  const client = new ApiClient(key)
  client.apiUrl = `${origin}/v3/`
  return client
}

/** The key is in the body, and an address without a name in angle brackets. */
function asOurs(value: unknown): unknown {
  const { api_key: _key, to, ...rest } = value as { api_key: string; to: string[] }
  return { ...rest, to: to.map(text => text.replace(/^<(.*)>$/, '$1')) }
}

test('smtp2go-nodejs sends a message with attachments, as we do, and gets its id', async () => {
  await using bench = await openSdkBench(KEY)
  const { data } = await clientOf(bench).consume(mailTo())
  expect(data).toMatchObject({ succeeded: 2, failed: 0, failures: [] })
  expect(data.email_id).toMatch(/^[\w-]{16}$/)
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  expect(asOurs(jsonOf(bench.requests[0]))).toEqual(jsonOf(smtp2go.request(sample, KEY)))
})

test('smtp2go-nodejs sends by a template, with copies', async () => {
  await using bench = await openSdkBench(KEY)
  const byTemplate = new MailService()
    .from(wireMailbox(content.from))
    .to(content.to.map(wireMailbox))
    .bcc([{ email: 'copy@example.net' }])
    .template('welcome', new Map([['total', '12.5']]))
  const { data } = await clientOf(bench).consume(byTemplate)
  expect(data).toMatchObject({ succeeded: 3, failed: 0 })
  const bad = await clientOf(bench).consume(mailTo().bcc([{ email: 'nobody' }]))
  expect(bad).toMatchObject({
    status: 400,
    data: { data: { field_validation_errors: { fieldname: 'bcc' } } },
  })
  expect(bench.ledger.summary().taken).toBe(1)
})

/** A call that the client has no method for. */
const serviceOf = (path: string, body: Record<string, unknown>) =>
  Object.assign(new Service(path), { requestBody: new Map(Object.entries(body)) })

test('smtp2go-nodejs sends a batch, as we do, and gets an id for each', async () => {
  await using bench = await openSdkBench(KEY)
  const emails = await Promise.all([mailTo(), mailTo()].map(mail => mail.buildRequestBody()))
  const { data } = await clientOf(bench).consume(serviceOf('email/batch', { emails }))
  expect(data).toMatchObject([{ succeeded: 2 }, { succeeded: 2 }])
  expect(new Set([data[0].email_id, data[1].email_id]).size).toBe(2)
  const sent = jsonOf(bench.requests[0]) as { emails: unknown[] }
  const own = smtp2go.batch?.request([sample, sample], KEY)
  expect({ emails: sent.emails.map(asOurs) }).toEqual(jsonOf(own))
  expect(bench.ledger.summary().taken).toBe(2)
})

test('smtp2go-nodejs sends ready-made MIME, as we do, and asks what its key may do', async () => {
  await using bench = await openSdkBench(KEY)
  const mime_email = sample.raw().toString('base64')
  const { data } = await clientOf(bench).consume(serviceOf('email/mime', { mime_email }))
  expect(data.email_id).toMatch(/^[\w-]{16}$/)
  expect(jsonOf(bench.requests[0])).toEqual({
    ...(jsonOf(smtp2go.raw?.request(sample, KEY)) as object),
    api_key: KEY,
  })
  const answer = await clientOf(bench).consume(new Service('api_keys/permissions'))
  expect(answer.data.permissions).toContain('/email/send')
})

/** Errors are returned, and not thrown. */
test.each([
  ['a wrong key', 'api-wrong', undefined, 401, { error_code: 'E_ApiResponseCodes.API_KEY_INVALID' }],
  [
    'a recipient that is none',
    KEY,
    [{ email: 'nobody' }],
    400,
    {
      error_code: 'E_ApiResponseCodes.NON_VALIDATING_IN_PAYLOAD',
      field_validation_errors: { fieldname: 'to' },
    },
  ],
] as const)('smtp2go-nodejs understands %s', async (_what, key, to, status, data) => {
  await using bench = await openSdkBench(KEY)
  const answer = await clientOf(bench, key).consume(mailTo(to && [...to]))
  expect(answer).toMatchObject({ status, data: { data } })
  expect(bench.ledger.summary().taken).toBe(0)
})

test('smtp2go-nodejs understands that it asks too often', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  await clientOf(bench).consume(mailTo())
  expect(await clientOf(bench).consume(mailTo())).toMatchObject({ status: 429 })
})
