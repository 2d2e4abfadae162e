import { expect, test } from 'vitest'
import { SendMailClient } from 'zeptomail'
import { revised, sample } from '../../provider/contract-mail.ts'
import { zeptomail } from '../../provider/zeptomail.ts'
import { jsonOf, openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

const KEY = 'right-token'
const { content } = sample
const { attachments } = content

const mail = {
  from: { address: content.from.address, name: 'Bench' },
  to: content.to.map(({ name, address }) => ({
    email_address: { address, ...(name && { name }) },
  })),
  subject: content.subject,
  textbody: content.text ?? '',
  htmlbody: content.html ?? '',
  mime_headers: { ...content.headers },
  attachments: attachments
    .filter(({ cid }) => !cid)
    .map(({ filename, contentType, content: bytes }) => ({
      name: filename,
      mime_type: contentType,
      content: bytes.toString('base64'),
    })),
  inline_images: attachments.flatMap(({ cid, contentType, content: bytes }) =>
    cid ? [{ cid, mime_type: contentType, content: bytes.toString('base64') }] : [],
  ),
}

/** The first argument's address is always one with TLS: the second has the last word. */
const clientOf = ({ origin }: SdkBench, key = KEY) =>
  new SendMailClient(
    { url: 'api.zeptomail.com/', token: `Zoho-enczapikey ${key}` },
    { useHttps: false, host: `${origin}/` },
  )

/** What the client throws: the body of the answer. */
interface Failure {
  readonly error: {
    readonly code: string
    readonly details: readonly { readonly code: string; readonly target?: string }[]
  }
}

const failed = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('nothing was refused')),
    (failure: Failure) => failure.error,
  )

test('zeptomail sends a message with attachments, as we do, and gets the id of its request', async () => {
  await using bench = await openSdkBench(KEY)
  const answer = await clientOf(bench).sendMail(mail)
  expect(answer).toMatchObject({ message: 'OK', object: 'email', data: [{ code: 'EM_104' }] })
  expect(answer).toHaveProperty('request_id')
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  const own = zeptomail.request(sample, KEY)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(own))
  expect(bench.requests[0]?.headers['authorization']).toBe(own.headers['authorization'])
})

test('zeptomail merges data into one text for many, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const template = { subject: 'Dear {{name}}', text: 'Hello {{name}}' }
  const messages = content.to.map(({ address }, i) =>
    revised(sample, {
      content: { ...content, to: [{ address }], headers: { 'X-Mailbench-Id': `${i}` }, attachments: [] },
      merge: { template, data: { name: `${i}` } },
    }),
  )
  await clientOf(bench).sendBatchMail({
    from: mail.from,
    to: content.to.map(({ address }, i) => ({
      email_address: { address },
      merge_info: { name: `${i}` },
    })),
    subject: template.subject,
    textbody: template.text,
  })
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(zeptomail.batch?.request(messages, KEY)))
  expect(bench.ledger.summary()).toMatchObject({ taken: 2, unidentified: 0 })
})

test('zeptomail sends by a template, alone and in a batch, with copies', async () => {
  await using bench = await openSdkBench(KEY)
  const { from, to } = mail
  const byTemplate = { from, to, template_key: 'welcome', merge_info: { total: 12.5 } }
  await clientOf(bench).sendMailWithTemplate({ ...byTemplate, cc: to })
  await clientOf(bench).mailBatchWithTemplate(byTemplate)
  expect(bench.ledger.summary()).toMatchObject({ taken: 3, unidentified: 0 })
  const cc = [{ email_address: { address: 'nobody', name: 'N' } }]
  expect(await failed(clientOf(bench).sendMail({ ...mail, cc }))).toMatchObject({
    details: [{ code: 'SM_113' }],
  })
})

test.each([
  ['a wrong token', 'wrong', {}, 'TM_4001', { code: 'SERR_157' }],
  [
    'a recipient that is none',
    KEY,
    { to: [{ email_address: { address: 'nobody', name: 'N' } }] },
    'TM_4001',
    { code: 'SM_113', target: 'to' },
  ],
  ['no body', KEY, { textbody: '', htmlbody: '' }, 'TM_3201', { code: 'GE_102' }],
] as const)('zeptomail understands %s', async (_what, key, change, code, detail) => {
  await using bench = await openSdkBench(KEY)
  const error = await failed(clientOf(bench, key).sendMail({ ...mail, ...change }))
  expect(error).toMatchObject({ code, details: [detail] })
  expect(bench.ledger.summary().taken).toBe(0)
})

test('zeptomail understands that it has sent its share', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  await clientOf(bench).sendMail(mail)
  const error = await failed(clientOf(bench).sendMail(mail))
  expect(error).toMatchObject({ code: 'TM_3601', details: [{ code: 'SMI_115' }] })
})
