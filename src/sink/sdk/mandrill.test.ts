import createClient from '@mailchimp/mailchimp_transactional'
import { expect, test } from 'vitest'
import { revised, sample } from '../../provider/contract-mail.ts'
import { mandrill } from '../../provider/mandrill.ts'
import { jsonOf, openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

type Mail = Parameters<ReturnType<typeof createClient>['messages']['send']>[0]['message']

const KEY = 'right-key'
const { content } = sample
const { attachments } = content
const fileOf = ({ contentType, content: bytes }: (typeof attachments)[number], name: string) => ({
  name,
  type: contentType,
  content: bytes.toString('base64'),
})

const mail: Mail = {
  from_email: content.from.address,
  from_name: 'Bench',
  to: content.to.map(({ name, address }) => ({ email: address, ...(name && { name }), type: 'to' })),
  subject: content.subject,
  text: content.text ?? '',
  html: content.html ?? '',
  headers: { ...content.headers },
  attachments: attachments.filter(({ cid }) => !cid).map(file => fileOf(file, file.filename)),
  images: attachments.filter(({ cid }) => cid).map(file => fileOf(file, file.cid ?? '')),
  track_opens: false,
  track_clicks: false,
  preserve_recipients: true,
}

/** The address is no option: its own is of another version of the API than the documented one. */
function clientOf({ origin }: SdkBench, key = KEY) {
  const client = createClient(key)
  Object.assign(client, { basePath: `${origin}/api/1.3` })
  return client
}

/** Errors are returned, and not thrown. */
interface Failure {
  readonly response: {
    readonly status: number
    readonly data: { readonly name: string; readonly message: string }
  }
}

test('@mailchimp/mailchimp_transactional sends a message with attachments, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const results = await clientOf(bench).messages.send({ message: mail })
  expect(results).toMatchObject(
    sample.envelope.to.map(email => ({ email, status: 'sent', reject_reason: null })),
  )
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(mandrill.request(sample, KEY)))
})

test('@mailchimp/mailchimp_transactional merges data into one text for many, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const addresses = ['a@example.net', 'b@example.net']
  const messages = addresses.map((address, i) =>
    revised(sample, {
      content: { ...content, to: [{ address }], headers: { 'X-Mailbench-Id': `${i}` } },
      merge: { template: { subject: 'Dear {{name}}', text: 'Hello {{name}}' }, data: { name: `${i}` } },
    }),
  )
  const { html: _html, headers: _headers, ...rest } = mail
  await clientOf(bench).messages.send({
    message: {
      ...rest,
      to: addresses.map(email => ({ email, type: 'to' })),
      subject: 'Dear *|name|*',
      text: 'Hello *|name|*',
      headers: {},
      preserve_recipients: false,
      merge_vars: addresses.map((rcpt, i) => ({ rcpt, vars: [{ name: 'name', content: `${i}` }] })),
      recipient_metadata: addresses.map((rcpt, i) => ({
        rcpt,
        values: { 'X-Mailbench-Id': `${i}` } as unknown as { user_id: number },
      })),
    },
  })
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(mandrill.batch?.request(messages, KEY)))
  expect(bench.ledger.summary().taken).toBe(2)
})

test('@mailchimp/mailchimp_transactional sends ready-made MIME, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const results = await clientOf(bench).messages.sendRaw({
    raw_message: sample.raw().toString(),
    from_email: sample.envelope.from,
    to: [...sample.envelope.to],
  })
  expect(results).toHaveLength(2)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(mandrill.raw?.request(sample, KEY)))
})

test('@mailchimp/mailchimp_transactional learns which recipient was refused', async () => {
  await using bench = await openSdkBench(KEY)
  const to = [{ email: 'one@example.net' }, { email: 'nobody' }]
  const results = await clientOf(bench).messages.send({ message: { ...mail, to } })
  expect(results).toMatchObject([
    { email: 'one@example.net', status: 'sent' },
    { email: 'nobody', status: 'invalid' },
  ])
})

test('@mailchimp/mailchimp_transactional sends by a template, and merges numbers', async () => {
  await using bench = await openSdkBench(KEY)
  const { text: _text, html: _html, subject: _subject, ...plain } = mail
  const vars = [{ name: 'total', content: 12.5 as unknown as string }]
  const message = { ...plain, global_merge_vars: vars, merge_vars: [{ rcpt: 'one@example.net', vars }] }
  const results = await clientOf(bench).messages.sendTemplate({
    template_name: 'welcome',
    template_content: [],
    message,
  })
  expect(results).toMatchObject([{ status: 'sent' }, { status: 'sent' }])
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
})

test('@mailchimp/mailchimp_transactional asks for its account', async () => {
  await using bench = await openSdkBench(KEY)
  expect(await clientOf(bench).users.ping()).toBe('PONG!')
  expect(await clientOf(bench).users.info()).toMatchObject({ reputation: 100 })
  expect(bench.ledger.summary().taken).toBe(0)
})

test('@mailchimp/mailchimp_transactional asks whether its key is right', async () => {
  await using bench = await openSdkBench(KEY)
  expect(await clientOf(bench).users.ping2()).toEqual({ PING: 'PONG!' })
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(mandrill.account?.(KEY)))
})

test.each([
  ['a wrong key', 'wrong', {}, { name: 'Invalid_Key', message: 'Invalid API key' }],
  [
    'a sender that is none',
    KEY,
    { from_email: 'nobody' },
    {
      name: 'ValidationError',
      message: 'Validation error: {"message":{"from_email":"An email address must contain a single @"}}',
    },
  ],
] as const)('@mailchimp/mailchimp_transactional understands %s', async (_what, key, change, data) => {
  await using bench = await openSdkBench(KEY)
  const failure = await clientOf(bench, key).messages.send({ message: { ...mail, ...change } })
  expect((failure as unknown as Failure).response).toMatchObject({ status: 500, data })
  expect(bench.ledger.summary().taken).toBe(0)
})

test('@mailchimp/mailchimp_transactional understands that it asks too often', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  await clientOf(bench).messages.send({ message: mail })
  const failure = await clientOf(bench).messages.send({ message: mail })
  expect((failure as unknown as Failure).response).toMatchObject({ status: 429, data: { status: 'error' } })
})
