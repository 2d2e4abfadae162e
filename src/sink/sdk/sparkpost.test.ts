import SparkPost from 'sparkpost'
import { expect, test } from 'vitest'
import { revised, sample } from '../../provider/contract-mail.ts'
import { sparkpost } from '../../provider/sparkpost.ts'
import { jsonOf, openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

type Mail = Parameters<SparkPost['transmissions']['send']>[0]

/** What the client throws. */
interface SparkPostError extends Error {
  readonly statusCode: number
  readonly errors: readonly { message: string; description?: string; code?: string }[]
}

const KEY = 'right-key'
const { content } = sample
const { attachments } = content
const fileOf = ({ contentType, content: bytes }: (typeof attachments)[number], name: string) => ({
  name,
  type: contentType,
  data: bytes.toString('base64'),
})
const header = content.to.map(({ name, address }) => (name ? `${name} <${address}>` : address)).join(', ')

const mail: Mail = {
  options: { open_tracking: false, click_tracking: false },
  recipients: content.to.map(({ name, address }) => ({
    address: { email: address, ...(name !== undefined && { name }), header_to: header },
  })),
  content: {
    from: { name: 'Bench', email: content.from.address },
    subject: content.subject,
    text: content.text ?? '',
    html: content.html ?? '',
    headers: { ...content.headers },
    attachments: attachments.filter(({ cid }) => !cid).map(file => fileOf(file, file.filename)),
    inline_images: attachments.filter(({ cid }) => cid).map(file => fileOf(file, file.cid ?? '')),
  },
}

const clientOf = ({ origin }: SdkBench, key = KEY) => new SparkPost(key, { origin })

const failed = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error: SparkPostError) => error,
  )

test('sparkpost sends a message with attachments, as we do, and gets its id', async () => {
  await using bench = await openSdkBench(KEY)
  const { results } = await clientOf(bench).transmissions.send(mail)
  expect(results).toMatchObject({ total_accepted_recipients: 2, total_rejected_recipients: 0 })
  expect(results.id).toMatch(/^\d{17}$/)
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  const own = sparkpost.request(sample, KEY)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(own))
  expect(bench.requests[0]?.headers).toMatchObject(own.headers)
})

test('sparkpost merges data into one text for many, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const [one] = content.to
  const template = { subject: 'Dear {{name}}', text: 'Hello {{name}}' }
  const messages = ['1', '2'].map(id =>
    revised(sample, {
      content: { ...content, to: one ? [one] : [], headers: { 'X-Mailbench-Id': id }, attachments: [] },
      merge: { template, data: { name: id } },
    }),
  )
  await clientOf(bench).transmissions.send({
    options: { open_tracking: false, click_tracking: false },
    recipients: ['1', '2'].map(id => ({
      address: { email: one?.address ?? '', name: 'One' },
      substitution_data: { name: id, header_X_Mailbench_Id: id },
    })),
    content: {
      from: { name: 'Bench', email: content.from.address },
      ...template,
      headers: { 'X-Mailbench-Id': '{{header_X_Mailbench_Id}}' },
    },
  })
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(sparkpost.batch?.request(messages, KEY)))
  expect(bench.ledger.summary().taken).toBe(2)
})

test('sparkpost sends by a stored template to a stored list, and merges numbers', async () => {
  await using bench = await openSdkBench(KEY)
  const client = clientOf(bench)
  const byTemplate = { content: { template_id: 'welcome' }, substitution_data: { total: 12.5 } }
  const { results } = await client.transmissions.send({ ...byTemplate, recipients: { list_id: 'all' } })
  expect(results.total_accepted_recipients).toBe(1)
  const recipients = [{ address: 'a@example.net', substitution_data: { total: 12.5 } }]
  await client.transmissions.send({ ...byTemplate, recipients })
  expect(bench.ledger.summary().taken).toBe(2)
})

test('sparkpost sends ready-made MIME, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const { results } = await clientOf(bench).transmissions.send({
    options: { open_tracking: false, click_tracking: false },
    recipients: sample.envelope.to.map(email => ({ address: { email } })),
    content: { email_rfc822: sample.raw().toString() },
  })
  expect(results.total_accepted_recipients).toBe(2)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(sparkpost.raw?.request(sample, KEY)))
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
})

test('sparkpost is told how many recipients were refused', async () => {
  await using bench = await openSdkBench(KEY)
  const recipients = [{ address: { email: 'one@example.net' } }, { address: { email: 'nobody' } }]
  const { results } = await clientOf(bench).transmissions.send({ ...mail, recipients })
  expect(results).toMatchObject({ total_accepted_recipients: 1, total_rejected_recipients: 1 })
})

test.each([
  ['a wrong key', 'wrong', {}, 401, { message: 'Unauthorized.' }],
  [
    'a recipient that is none',
    KEY,
    { recipients: [{ address: { email: 'nobody' } }] },
    400,
    { code: '5002' },
  ],
  ['no content', KEY, { content: {} }, 422, { code: '1400' }],
] as const)('sparkpost understands %s', async (_what, key, change, statusCode, first) => {
  await using bench = await openSdkBench(KEY)
  const error = await failed(clientOf(bench, key).transmissions.send({ ...mail, ...change } as Mail))
  expect(error).toMatchObject({ name: 'SparkPostError', statusCode })
  expect(error.errors[0]).toMatchObject(first)
  expect(bench.ledger.summary().taken).toBe(0)
})

test('sparkpost understands that it has sent its share', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  await clientOf(bench).transmissions.send(mail)
  const error = await failed(clientOf(bench).transmissions.send(mail))
  expect(error.statusCode).toBe(420)
  expect(error.errors[0]).toMatchObject({ code: '2101', message: 'Exceed Sending Limit (hourly)' })
})
