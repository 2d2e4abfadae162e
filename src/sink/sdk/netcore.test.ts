import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { revised, sample } from '../../provider/contract-mail.ts'
import { netcore } from '../../provider/netcore.ts'
import type { HttpRequest } from '../../provider/provider.ts'
import { jsonOf, openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

/** The part that is used of the client, which comes without types. */
interface Pepipost {
  readonly Configuration: { BASEURI: string; apiKey: string }
  readonly MailSendController: { createGeneratethemailsendrequest(body: unknown): Promise<unknown> }
  readonly StatsController: { getStatsGET(startdate: { format(): string }): Promise<unknown> }
  readonly Send: new (fields: object) => object
  readonly Personalizations: new (fields: object) => object
}

const client: Pepipost = createRequire(import.meta.url)('pepipost')

const KEY = 'right-key'
const { content } = sample

/** What two bodies have to be alike in: the client writes null for what it is not given. */
const withoutNulls = (request: HttpRequest | undefined): unknown =>
  JSON.parse(JSON.stringify(jsonOf(request)), (_name, value) => value ?? undefined)

const mailbox = ({ name, address }: { name?: string; address: string }) => ({
  email: address,
  ...(name !== undefined && { name }),
})
const personalization = {
  to: content.to.map(mailbox),
  headers: { ...content.headers },
  tokenTo: sample.id,
}
const personalised = (own: object) => new client.Personalizations({ ...personalization, ...own })
const mail = {
  from: mailbox(content.from),
  subject: content.subject,
  content: [{ type: 'html', value: content.html }],
  attachments: content.attachments.map(({ filename, content: bytes }) => ({
    name: filename,
    content: bytes.toString('base64'),
  })),
  personalizations: [personalised({})],
}

function send({ origin }: SdkBench, fields: object, key = KEY): Promise<unknown> {
  client.Configuration.BASEURI = `${origin}/v5`
  client.Configuration.apiKey = key
  return client.MailSendController.createGeneratethemailsendrequest(new client.Send(fields))
}

const refusalOf = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error: { errorCode: number; errorResponse: string }) => error,
  )

test('pepipost sends a message with attachments, as we do, and gets its id', async () => {
  await using bench = await openSdkBench(KEY)
  expect(await send(bench, mail)).toEqual({
    data: { message_id: expect.stringMatching(/^[0-9a-f]{32}$/) },
    message: 'OK',
    status: 'success',
  })
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  const own = netcore.request(sample, KEY)
  expect(withoutNulls(bench.requests[0])).toEqual(jsonOf(own))
  expect(bench.requests[0]).toMatchObject({ path: own.path, headers: { api_key: KEY } })
})

test('pepipost sends a message without attachments', async () => {
  await using bench = await openSdkBench(KEY)
  const { attachments: _none, ...plain } = mail
  expect(await send(bench, plain)).toMatchObject({ status: 'success' })
})

test('pepipost merges data into one text for many, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const data = { name: 'Ann' }
  const template = { subject: 'Dear {{name}}', html: '<p>{{name}}' }
  const messages = [0, 1].map(() => revised(sample, { merge: { template, data } }))
  await send(bench, {
    ...mail,
    subject: 'Dear [%name%]',
    content: [{ type: 'html', value: '<p>[%name%]' }],
    personalizations: messages.map(() => personalised({ attributes: data })),
  })
  expect(withoutNulls(bench.requests[0])).toEqual(jsonOf(netcore.batch?.request(messages, KEY)))
  expect(bench.ledger.summary().taken).toBe(2)
})

test('pepipost sends at its own path by a template, with numbers to merge and copies', async () => {
  await using bench = await openSdkBench(KEY)
  client.Configuration.BASEURI = `${bench.origin}/v5.1`
  client.Configuration.apiKey = KEY
  const own = { attributes: { total: 12.5 }, cc: [{ email: 'copy@example.net' }] }
  const fields = { from: mail.from, templateId: 7, personalizations: [personalised(own)] }
  const sent = client.MailSendController.createGeneratethemailsendrequest(new client.Send(fields))
  expect(await sent).toMatchObject({ status: 'success' })
  expect(bench.requests[0]?.path).toBe('/v5.1/mail/send')
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
})

test.each([
  ['a wrong key', 'wrong', {}, 401],
  ['a recipient that is none', KEY, { personalizations: [personalised({ to: [{ email: 'nobody' }] })] }, 400],
])('pepipost understands %s', async (_what, key, change, status) => {
  await using bench = await openSdkBench(KEY)
  const error = await refusalOf(send(bench, { ...mail, ...change }, key))
  expect(error.errorCode).toBe(status)
  expect(JSON.parse(error.errorResponse)).toMatchObject({ status: 'error', error: [{}] })
  expect(bench.ledger.summary().taken).toBe(0)
})

test('pepipost understands that it asks too often', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  await send(bench, mail)
  expect((await refusalOf(send(bench, mail))).errorCode).toBe(429)
})

test('pepipost asks for the figures of a day, which needs the key, as we do', async () => {
  await using bench = await openSdkBench(KEY)
  const own = netcore.account?.(KEY)
  const [path, query] = (own?.path ?? '').split('?')
  // A date of the library moment, of which the client uses this much.
  const date = { format: () => new URLSearchParams(query).get('startdate') ?? '' }
  const ask = (key: string) => {
    client.Configuration.BASEURI = `${bench.origin}/v5`
    client.Configuration.apiKey = key
    return client.StatsController.getStatsGET(date)
  }
  expect(await ask(KEY)).toMatchObject({ status: 'success' })
  expect((await refusalOf(ask('wrong'))).errorCode).toBe(401)
  const [sent] = bench.requests
  expect(sent).toMatchObject({ method: own?.method, headers: { api_key: KEY } })
  expect(sent?.path.split('?')[0]).toBe(path)
  expect(sent?.path).toContain(query)
  expect(date.format()).toMatch(/^\d{4}-\d\d-\d\d$/)
  expect(bench.ledger.summary().taken).toBe(0)
})
