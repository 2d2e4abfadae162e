import { createClient, Errors } from '@scaleway/sdk-client'
import { Temv1alpha1 } from '@scaleway/sdk-tem'
import { expect, test } from 'vitest'
import { sample } from '../../provider/contract-mail.ts'
import { scaleway } from '../../provider/scaleway.ts'
import { jsonOf, openSdkBench, type SdkBench, throttled } from './bench.fixture.ts'

type Mail = Parameters<InstanceType<typeof Temv1alpha1.API>['createEmail']>[0]

// The client takes nothing else for keys and projects.
const SECRET = '11111111-2222-4333-8444-555555555555'
const PROJECT = '66666666-7777-4888-9999-aaaaaaaaaaaa'
const KEY = `${SECRET}:${PROJECT}`
const { content } = sample

const wireMailbox = ({ name, address }: { name?: string; address: string }) => ({
  email: address,
  ...(name !== undefined && { name }),
})
const mail: Mail = {
  from: wireMailbox(content.from),
  to: content.to.map(wireMailbox),
  subject: content.subject,
  text: content.text ?? '',
  html: content.html ?? '',
  additionalHeaders: Object.entries(content.headers).map(([key, value]) => ({ key, value })),
  attachments: content.attachments.map(({ filename, contentType, content: bytes }) => ({
    name: filename,
    type: contentType,
    content: bytes.toString('base64'),
  })),
}

const clientOf = ({ origin }: SdkBench, secretKey = SECRET) =>
  new Temv1alpha1.API(
    createClient({
      apiURL: origin,
      accessKey: 'SCWXXXXXXXXXXXXXXXXX',
      secretKey,
      defaultProjectId: PROJECT,
      defaultRegion: 'fr-par',
    }),
  )

test('@scaleway/sdk-tem sends a message with attachments, as we do, and gets an id for each recipient', async () => {
  await using bench = await openSdkBench(KEY)
  const { emails } = await clientOf(bench).createEmail(mail)
  expect(emails.map(({ mailRcpt }) => mailRcpt)).toEqual(sample.envelope.to)
  expect(emails[0]).toMatchObject({ projectId: PROJECT, mailFrom: content.from.address, status: 'new' })
  expect(emails[0]?.createdAt).toBeInstanceOf(Date)
  expect(bench.ledger.summary()).toMatchObject({ taken: 1, unidentified: 0 })
  const own = scaleway.request(sample, KEY)
  expect(jsonOf(bench.requests[0])).toEqual(jsonOf(own))
  expect(bench.requests[0]).toMatchObject({ path: own.path })
  expect(bench.requests[0]?.headers['x-auth-token']).toBe(own.headers['x-auth-token'])
})

test('@scaleway/sdk-tem asks for its domains', async () => {
  await using bench = await openSdkBench(KEY)
  expect(await clientOf(bench).listDomains()).toEqual({ domains: [], totalCount: 0 })
})

test('@scaleway/sdk-tem understands a wrong key', async () => {
  await using bench = await openSdkBench(KEY)
  const wrong = clientOf(bench, '99999999-2222-4333-8444-555555555555')
  const error = await wrong.createEmail(mail).catch(reason => reason)
  expect(error).toBeInstanceOf(Errors.DeniedAuthenticationError)
  expect(error).toMatchObject({ status: 401, method: 'api_key' })
})

test.each([
  ['a recipient that is none', { to: [{ email: 'nobody' }] }, 'to.0.email', 'format'],
  ['a subject that is too short', { subject: 'short' }, 'subject', 'constraint'],
])('@scaleway/sdk-tem understands %s', async (_what, change, argumentName, reason) => {
  await using bench = await openSdkBench(KEY)
  const error = await clientOf(bench)
    .createEmail({ ...mail, ...change })
    .catch(thrown => thrown)
  expect(error).toBeInstanceOf(Errors.InvalidArgumentsError)
  expect(error.details).toMatchObject([{ argumentName, reason }])
  expect(bench.ledger.summary().taken).toBe(0)
})

test('@scaleway/sdk-tem understands that it asks too often', async () => {
  await using bench = await openSdkBench(KEY, throttled)
  await clientOf(bench).createEmail(mail)
  const error = await clientOf(bench)
    .createEmail(mail)
    .catch(reason => reason)
  expect(error).toBeInstanceOf(Errors.TooManyRequestsError)
})
