import mailjetModule, { type SendEmailV3_1 } from 'node-mailjet'
import { expect, test } from 'vitest'
import { revised, sample } from '../../provider/contract-mail.ts'
import { mailjet } from '../../provider/mailjet.ts'
import { jsonOf, openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

// CommonJS: what its types call names of the module are members of its default.
const { Client, Request } = mailjetModule
// The client knows no other way to speak to a server without TLS.
;(Request as unknown as { protocol: string }).protocol = 'http://'

const KEY = 'public:private'
const { content } = sample

const mailbox = ({ name, address }: { name?: string; address: string }) => ({
  Email: address,
  ...(name !== undefined && { Name: name }),
})
const files = content.attachments.map(({ filename, contentType, content: bytes, cid }) => ({
  Filename: filename,
  ContentType: contentType,
  Base64Content: bytes.toString('base64'),
  ...(cid !== undefined && { ContentID: cid }),
}))
const mail: SendEmailV3_1.Message = {
  From: mailbox(content.from),
  To: content.to.map(mailbox),
  Subject: content.subject,
  TextPart: content.text ?? '',
  HTMLPart: content.html ?? '',
  Headers: { ...content.headers },
  Attachments: files.slice(0, 1),
  InlinedAttachments: files.slice(1),
}
const nobody = { ...mail, To: [{ Email: 'nobody' }] }

function send({ host }: SdkBench, body: SendEmailV3_1.Body, secret = 'private') {
  const client = Client.apiConnect('public', secret, { config: { host, version: 'v3.1' } })
  return client.post('send').request<SendEmailV3_1.Response>({ ...body })
}

/** What the client throws. */
interface MailjetError extends Error {
  readonly statusCode: number
  readonly response: { readonly data: unknown }
}

const refusalOf = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error: MailjetError) => error,
  )

test('node-mailjet sends a message with attachments, as we do, and gets its ids in full', async () => {
  await using bench = await openSdkBench(KEY)
  const { body } = await send(bench, { Messages: [mail] })
  const [result] = body.Messages
  expect(result).toMatchObject({ Status: 'success', CustomID: '', Cc: [], Bcc: [] })
  expect(result?.To.map(({ Email }) => Email)).toEqual(sample.envelope.to)
  const [to] = result?.To ?? []
  expect(to?.MessageUUID).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  // More digits than a number holds: the client makes a text of it.
  expect(to?.MessageID).toMatch(/^1152921\d{12}$/)
  expect(to?.MessageHref).toBe(`https://api.mailjet.com/v3/REST/message/${to?.MessageID}`)
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  const own = mailjet.request(sample, KEY)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(own))
  expect(bench.requests[0]?.headers['authorization']).toBe(own.headers['authorization'])
})

test('node-mailjet sends by a template, to a copy alone, and gets back what it named it', async () => {
  await using bench = await openSdkBench(KEY)
  const { To: _to, TextPart: _text, HTMLPart: _html, ...plain } = mail
  const byTemplate = {
    ...plain,
    Cc: [{ Email: 'copy@example.net' }],
    TemplateID: 7,
    TemplateLanguage: true,
    Variables: { total: 12.5 },
    CustomID: 'order-1',
  }
  const { body } = await send(bench, { Messages: [byTemplate as unknown as SendEmailV3_1.Message] })
  expect(body.Messages).toMatchObject([
    { Status: 'success', CustomID: 'order-1', To: [], Cc: [{ Email: 'copy@example.net' }], Bcc: [] },
  ])
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
})

test('node-mailjet sends in sandbox mode, as we do, and gets no ids', async () => {
  await using bench = await openSdkBench(KEY)
  const { body } = await send(bench, { Messages: [mail], SandboxMode: true })
  expect(body.Messages[0]?.To[0]).toMatchObject({ MessageUUID: '', MessageID: 0 })
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(mailjet.sandboxed?.().request(sample, KEY)))
})

test('node-mailjet merges data into one text for many, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const data = { name: 'Ann' }
  const template = { subject: content.subject, text: 'Hello {{name}}', html: '<p>{{name}}' }
  const messages = [0, 1].map(() => revised(sample, { merge: { template, data } }))
  const { From, Attachments, InlinedAttachments } = mail
  const { body } = await send(bench, {
    Globals: {
      From,
      Attachments,
      InlinedAttachments,
      TextPart: 'Hello {{var:name}}',
      HTMLPart: '<p>{{var:name}}',
      TemplateLanguage: true,
    },
    Messages: messages.map(() => ({
      To: mail.To,
      Subject: content.subject,
      Headers: { ...content.headers },
      Variables: data,
    })),
  })
  expect(body.Messages.map(({ Status }) => Status)).toEqual(['success', 'success'])
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(mailjet.batch?.request(messages, KEY)))
  expect(bench.ledger.summary().taken).toBe(2)
})

test('node-mailjet learns which message of several was refused, and that the other was not', async () => {
  await using bench = await openSdkBench(KEY)
  const error = await refusalOf(send(bench, { Messages: [mail, nobody] }))
  expect(error.statusCode).toBe(400)
  expect(error.response.data).toMatchObject({
    Messages: [
      { Status: 'success' },
      {
        Status: 'error',
        Errors: [
          {
            ErrorCode: 'mj-0013',
            StatusCode: 400,
            ErrorMessage: '"nobody" is an invalid email address.',
            ErrorRelatedTo: ['To[0].Email'],
          },
        ],
      },
    ],
  })
  expect(bench.ledger.summary().taken).toBe(1)
})

test('node-mailjet understands what a wrong key gets', async () => {
  await using bench = await openSdkBench(KEY)
  const error = await refusalOf(send(bench, { Messages: [mail] }, 'wrong'))
  expect(error.statusCode).toBe(401)
  expect(error.response.data).toMatchObject({ ErrorCode: 'mj-0015', StatusCode: 401 })
  expect(bench.ledger.summary().taken).toBe(0)
})

test('node-mailjet understands that it asks too often', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  await send(bench, { Messages: [mail] })
  expect((await refusalOf(send(bench, { Messages: [mail] }))).statusCode).toBe(429)
})
