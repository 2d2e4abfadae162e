import { type CreateEmailOptions, Resend } from 'resend'
import { expect, test } from 'vitest'
import { revised, sample } from '../../provider/contract-mail.ts'
import { resend } from '../../provider/resend.ts'
import { jsonOf, openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

const KEY = 're_right'
const { content } = sample
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const mail: CreateEmailOptions = {
  from: 'Bench <bench@example.net>',
  to: ['One <one+0badcafe-0001-0000002a@example.net>', 'two+0badcafe-0001-0000002a@example.net'],
  subject: content.subject,
  text: content.text ?? '',
  html: content.html ?? '',
  headers: { ...content.headers },
  attachments: content.attachments.map(({ filename, contentType, content: bytes, cid }) => ({
    filename,
    contentType,
    content: bytes,
    ...(cid !== undefined && { contentId: cid }),
  })),
}

const clientOf = ({ origin }: SdkBench, key = KEY) => new Resend(key, { baseUrl: origin })

test('resend sends a message with attachments, as we do, and gets its id', async () => {
  await using bench = await openSdkBench(KEY)
  const { data, error } = await clientOf(bench).emails.send(mail, { idempotencyKey: sample.id })
  expect(error).toBeNull()
  expect(data?.id).toMatch(uuid)
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  const own = resend.request(sample, KEY)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(own))
  const { 'user-agent': _agent, ...fields } = own.headers
  expect(bench.requests[0]?.headers).toMatchObject(fields)
})

test('resend gets the same id for the same key, and is refused another body', async () => {
  await using bench = await openSdkBench(KEY)
  const client = clientOf(bench)
  const sends = [mail, mail, { ...mail, subject: 'another' }]
  const [first, second, third] = [
    await client.emails.send(sends[0] as CreateEmailOptions, { idempotencyKey: 'one' }),
    await client.emails.send(sends[1] as CreateEmailOptions, { idempotencyKey: 'one' }),
    await client.emails.send(sends[2] as CreateEmailOptions, { idempotencyKey: 'one' }),
  ]
  expect(second?.data).toEqual(first?.data)
  expect(third?.error).toMatchObject({ name: 'invalid_idempotent_request', statusCode: 409 })
  expect(bench.ledger.summary().taken).toBe(1)
})

test('resend sends by a template, a file by its path, and copies', async () => {
  await using bench = await openSdkBench(KEY)
  const client = clientOf(bench)
  const headers = { ...content.headers }
  const byTemplate = { to: 'a@example.net', headers, template: { id: 'welcome', variables: { total: 12.5 } } }
  expect((await client.emails.send(byTemplate)).error).toBeNull()
  const attachments = [{ filename: 'a.pdf', path: 'https://example.net/a.pdf' }]
  const sent = await client.emails.send({
    ...mail,
    cc: 'copy@example.net',
    replyTo: 'reply@example.net',
    attachments,
  })
  expect(sent.error).toBeNull()
  const bad = await client.emails.send({ ...mail, bcc: ['nobody'] })
  expect(bad.error).toMatchObject({
    statusCode: 422,
    message: expect.stringContaining('Invalid `bcc` field'),
  })
  expect(bench.ledger.summary()).toMatchObject({ taken: 2, unidentified: 0 })
})

test('resend is refused a key that is too long, and a batch with files', async () => {
  await using bench = await openSdkBench(KEY)
  const client = clientOf(bench)
  const long = await client.emails.send(mail, { idempotencyKey: 'k'.repeat(257) })
  expect(long.error).toMatchObject({ statusCode: 400, name: 'invalid_idempotency_key' })
  const files = await client.batch.send([mail as Parameters<typeof client.batch.send>[0][number]])
  expect(files.error).toMatchObject({ statusCode: 422, message: expect.stringContaining('`attachments`') })
  expect(bench.ledger.summary().taken).toBe(0)
})

test('resend sends a batch, as we do, and learns of a bad one in either way', async () => {
  await using bench = await openSdkBench(KEY)
  const client = clientOf(bench)
  const { attachments: _none, ...plain } = mail
  const { attachments: _files, ...rest } = content
  const bare = revised(sample, { content: { ...rest, attachments: [] } })
  const good = await client.batch.send([plain, plain])
  expect(good.data?.data.map(({ id }) => uuid.test(id))).toEqual([true, true])
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(resend.batch?.request([bare, bare], KEY)))
  const bad = { ...plain, to: 'nobody' } as typeof plain
  const strict = await client.batch.send([plain, bad])
  expect(strict.error).toMatchObject({ statusCode: 422, name: 'validation_error' })
  const permissive = await client.batch.send([plain, bad], { batchValidation: 'permissive' })
  expect(permissive.data?.data).toHaveLength(1)
  expect(permissive.data?.errors).toMatchObject([{ index: 1 }])
  expect(bench.ledger.summary().taken).toBe(3)
})

test.each([
  [
    'a wrong key',
    're_wrong',
    {},
    { statusCode: 401, name: 'validation_error', message: 'API key is invalid' },
  ],
  ['a recipient that is none', KEY, { to: 'nobody' }, { statusCode: 422, name: 'validation_error' }],
  ['a domain that nobody reads', KEY, { to: 'a@example.com' }, { statusCode: 422, name: 'validation_error' }],
])('resend understands %s', async (_what, key, change, expected) => {
  await using bench = await openSdkBench(KEY)
  const { data, error } = await clientOf(bench, key).emails.send({ ...mail, ...change } as CreateEmailOptions)
  expect(data).toBeNull()
  expect(error).toMatchObject(expected)
  expect(bench.ledger.summary().taken).toBe(0)
})

test('resend understands that it asks too often, and for how long', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  await clientOf(bench).emails.send(mail)
  const { error, headers } = await clientOf(bench).emails.send(mail)
  expect(error).toMatchObject({ statusCode: 429, name: 'rate_limit_exceeded' })
  expect(Number(headers?.['retry-after'])).toBeGreaterThan(0)
})
