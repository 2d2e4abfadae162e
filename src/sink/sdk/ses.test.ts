import {
  BadRequestException,
  GetAccountCommand,
  SESv2Client,
  SESv2ServiceException,
  SendBulkEmailCommand,
  SendEmailCommand,
  type SendEmailCommandInput,
  TooManyRequestsException,
} from '@aws-sdk/client-sesv2'
import { expect, test } from 'vitest'
import { revised, sample } from '../../provider/contract-mail.ts'
import { ses } from '../../provider/ses.ts'
import { jsonOf, openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

const KEY = 'AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const { content } = sample

const addressed = {
  FromEmailAddress: 'Bench <bench@example.net>',
  Destination: {
    ToAddresses: ['One <one+0badcafe-0001-0000002a@example.net>', 'two+0badcafe-0001-0000002a@example.net'],
  },
}
const headers = Object.entries(content.headers).map(([Name, Value]) => ({ Name, Value }))
const attachments = content.attachments.map(({ filename, contentType, content: bytes, cid }) => ({
  FileName: filename,
  ContentType: contentType,
  RawContent: bytes,
  ContentId: cid,
  ContentDisposition: cid === undefined ? ('ATTACHMENT' as const) : ('INLINE' as const),
  ContentTransferEncoding: 'BASE64' as const,
}))
const utf8 = (text = '') => ({ Data: text, Charset: 'UTF-8' })
const mail: SendEmailCommandInput = {
  ...addressed,
  Content: {
    Simple: {
      Subject: utf8(content.subject),
      Body: { Text: utf8(content.text), Html: utf8(content.html) },
      Headers: headers,
      Attachments: attachments,
    },
  },
}

function clientOf({ origin }: SdkBench, key = KEY, region = 'eu-central-1'): SESv2Client {
  const [accessKeyId = '', secretAccessKey = ''] = key.split(':')
  return new SESv2Client({
    region,
    endpoint: origin,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
  })
}

const messageId = /^0100[0-9a-f]{12}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-000000$/

test('@aws-sdk/client-sesv2 sends a message with attachments, as we do, and gets its id', async () => {
  await using bench = await openSdkBench(KEY)
  const { MessageId, $metadata } = await clientOf(bench).send(new SendEmailCommand(mail))
  expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
  expect(MessageId).toMatch(messageId)
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  expect(bench.requests[0]?.path).toBe(ses.path)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(ses.request(sample, KEY)))
})

test('@aws-sdk/client-sesv2 sends ready-made MIME, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const raw = { ...mail, FromEmailAddress: sample.envelope.from, Content: { Raw: { Data: sample.raw() } } }
  const Destination = { ToAddresses: [...sample.envelope.to] }
  await clientOf(bench).send(new SendEmailCommand({ ...raw, Destination }))
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(ses.raw?.request(sample, KEY)))
  // MIME may say by itself whom it is from and for.
  await clientOf(bench).send(new SendEmailCommand({ Content: raw.Content }))
  expect(bench.ledger.summary()).toMatchObject({ taken: 2, unidentified: 0 })
})

test('@aws-sdk/client-sesv2 sends in bulk, as we do, and learns which entry was refused', async () => {
  await using bench = await openSdkBench(KEY)
  const data = { name: 'Ann' }
  const template = { subject: 'Dear {{name}}', text: 'Hello {{name}}', html: '<p>Hello {{name}}' }
  const message = revised(sample, { merge: { template, data } })
  const entry = (ToAddresses: string[]) => ({
    Destination: { ToAddresses },
    ReplacementEmailContent: { ReplacementTemplate: { ReplacementTemplateData: JSON.stringify(data) } },
    ReplacementHeaders: headers,
  })
  const bulk = (...entries: ReturnType<typeof entry>[]) =>
    new SendBulkEmailCommand({
      FromEmailAddress: addressed.FromEmailAddress,
      DefaultContent: {
        Template: {
          TemplateContent: { Subject: template.subject, Text: template.text, Html: template.html },
          TemplateData: '{}',
          Attachments: attachments,
        },
      },
      BulkEmailEntries: entries,
    })
  const good = entry(addressed.Destination.ToAddresses)
  await clientOf(bench).send(bulk(good, good))
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(ses.batch?.request([message, message], KEY)))
  const { BulkEmailEntryResults } = await clientOf(bench).send(bulk(good, entry(['nobody'])))
  expect(BulkEmailEntryResults?.map(({ Status }) => Status)).toEqual(['SUCCESS', 'INVALID_PARAMETER'])
  expect(bench.ledger.summary().taken).toBe(3)
})

test('@aws-sdk/client-sesv2 sends by a template, and to copies alone', async () => {
  await using bench = await openSdkBench(KEY)
  const Destination = { CcAddresses: ['copy@example.net'] }
  const Template = { TemplateName: 'welcome', TemplateData: '{"total": 12.5}', Headers: headers }
  await clientOf(bench).send(new SendEmailCommand({ ...addressed, Destination, Content: { Template } }))
  const { FromEmailAddress } = addressed
  const bulk = await clientOf(bench).send(
    new SendBulkEmailCommand({
      FromEmailAddress,
      DefaultContent: { Template },
      BulkEmailEntries: [{ Destination, ReplacementHeaders: headers }],
    }),
  )
  expect(bulk.BulkEmailEntryResults).toMatchObject([{ Status: 'SUCCESS' }])
  expect(bench.ledger.summary()).toMatchObject({ taken: 2, unidentified: 0 })
})

test('@aws-sdk/client-sesv2 reads its account', async () => {
  await using bench = await openSdkBench(KEY)
  const account = await clientOf(bench).send(new GetAccountCommand({}))
  expect(account.SendQuota).toMatchObject({ MaxSendRate: 1 })
})

test.each([
  ['a wrong secret', 'AKIDEXAMPLE:wrong', 'InvalidSignatureException'],
  ['an access key that nobody has', 'AKIDNOBODY:wrong', 'UnrecognizedClientException'],
])('@aws-sdk/client-sesv2 understands %s', async (_what, key, name) => {
  await using bench = await openSdkBench(KEY)
  const error = await clientOf(bench, key)
    .send(new SendEmailCommand(mail))
    .catch(reason => reason)
  expect(error).toBeInstanceOf(SESv2ServiceException)
  expect(error).toMatchObject({ name, $metadata: { httpStatusCode: 403 } })
  expect(error.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
  expect(bench.ledger.summary().taken).toBe(0)
})

test('@aws-sdk/client-sesv2 understands a recipient that is none, and that it asks too often', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  const refusalOf = (input: SendEmailCommandInput) =>
    clientOf(bench)
      .send(new SendEmailCommand(input))
      .catch(reason => reason)
  const bad = await refusalOf({ ...mail, Destination: { ToAddresses: ['nobody'] } })
  expect(bad).toBeInstanceOf(BadRequestException)
  expect(bad.message).toBe("Missing final '@domain'")
  await clientOf(bench).send(new SendEmailCommand(mail))
  expect(await refusalOf(mail)).toBeInstanceOf(TooManyRequestsException)
})
