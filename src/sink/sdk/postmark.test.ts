import { Errors, type Message, ServerClient } from 'postmark'
import { expect, test } from 'vitest'
import { sample } from '../../provider/contract-mail.ts'
import { postmark } from '../../provider/postmark.ts'
import { jsonOf, openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

const KEY = 'right-token'
const { content } = sample

const mail: Message = {
  From: 'Bench <bench@example.net>',
  To: 'One <one+0badcafe-0001-0000002a@example.net>,two+0badcafe-0001-0000002a@example.net',
  Subject: content.subject,
  TextBody: content.text ?? '',
  HtmlBody: content.html ?? '',
  Headers: Object.entries(content.headers).map(([Name, Value]) => ({ Name, Value })),
  Attachments: content.attachments.map(({ filename, contentType, content: bytes, cid }) => ({
    Name: filename,
    ContentType: contentType,
    Content: bytes.toString('base64'),
    ContentID: cid === undefined ? null : `cid:${cid}`,
  })),
}

const clientOf = ({ host }: SdkBench, key = KEY) =>
  new ServerClient(key, { useHttps: false, requestHost: host })

test('postmark sends a message with attachments, as we do, and gets its id', async () => {
  await using bench = await openSdkBench(KEY)
  const sent = await clientOf(bench).sendEmail(mail)
  expect(sent).toMatchObject({ ErrorCode: 0, Message: 'OK' })
  expect(sent.MessageID).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(Date.parse(sent.SubmittedAt)).not.toBeNaN()
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  const own = postmark.request(sample, KEY)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(own))
  expect(bench.requests[0]?.headers).toMatchObject(own.headers)
})

test('postmark sends a batch, as we do, and learns which message was refused', async () => {
  await using bench = await openSdkBench(KEY)
  const sent = await clientOf(bench).sendEmailBatch([mail, { ...mail, To: 'nobody' }])
  expect(sent.map(({ ErrorCode }) => ErrorCode)).toEqual([0, 300])
  expect(bench.ledger.summary().taken).toBe(1)
  await clientOf(bench).sendEmailBatch([mail, mail])
  expect(jsonOf(bench.requests[1])).toEqual(jsonOf(postmark.batch?.request([sample, sample], KEY)))
})

test('postmark sends by a template, alone and in a batch, and learns who got a copy', async () => {
  await using bench = await openSdkBench(KEY)
  const { Subject: _subject, TextBody: _text, HtmlBody: _html, ...plain } = mail
  const byTemplate = {
    ...plain,
    Cc: 'copy@example.net',
    TemplateAlias: 'welcome',
    TemplateModel: { total: 12.5 },
  }
  const sent = await clientOf(bench).sendEmailWithTemplate(byTemplate)
  expect(sent).toMatchObject({ ErrorCode: 0, Message: 'OK', Cc: 'copy@example.net' })
  const batch = await clientOf(bench).sendEmailBatchWithTemplates([
    byTemplate,
    { ...byTemplate, Cc: 'nobody' },
  ])
  expect(batch.map(({ ErrorCode }) => ErrorCode)).toEqual([0, 300])
  expect(bench.ledger.summary()).toMatchObject({ taken: 2, unidentified: 0 })
})

test('postmark validates with the test token, and is told so', async () => {
  await using bench = await openSdkBench(KEY)
  const sent = await clientOf(bench, 'POSTMARK_API_TEST').sendEmail(mail)
  expect(sent.Message).toBe('Test job accepted')
})

test.each([
  ['a wrong token', { key: 'wrong', change: {} }, Errors.InvalidAPIKeyError, 401, 10],
  [
    'a recipient that is none',
    { key: KEY, change: { To: 'nobody' } },
    Errors.InvalidEmailRequestError,
    422,
    300,
  ],
  [
    'no text',
    { key: KEY, change: { TextBody: '', HtmlBody: '' } },
    Errors.InvalidEmailRequestError,
    422,
    300,
  ],
] as const)('postmark understands %s', async (_what, { key, change }, kind, statusCode, code) => {
  await using bench = await openSdkBench(KEY)
  const error = await clientOf(bench, key)
    .sendEmail({ ...mail, ...change })
    .catch(reason => reason)
  expect(error).toBeInstanceOf(kind)
  expect(error).toMatchObject({ statusCode, code })
  expect(bench.ledger.summary().taken).toBe(0)
})

test('postmark understands that it asks too often', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  await clientOf(bench).sendEmail(mail)
  const error = await clientOf(bench)
    .sendEmail(mail)
    .catch(reason => reason)
  expect(error).toBeInstanceOf(Errors.RateLimitExceededError)
})
