import { beforeAll, expect, it } from 'vitest'
import { loadTemplate } from '../message/corpus.ts'
import { fillContent } from '../message/merge.ts'
import type { Merge, Message, Template } from '../message/message.ts'
import type { Verdict } from '../sample.ts'
import { ask, carried, mailedTo, revised, routeOf, stamp } from './contract-mail.ts'
import type { BatchSender, Provider, Received } from './provider.ts'

const COUNT = 5

const template: Merge['template'] = {
  subject: 'Dear {{name}}',
  text: 'Dear {{name}}, your order {{order_no}} is on its way to {{name}}.',
  html: '<p>Dear {{name}}, your order {{order_no}} is on its way.</p>',
}

function personalised(message: Message, i: number): Message {
  const data = { name: `Ann ${i}`, order_no: `A-${1000 + i}` }
  const { text: _text, html: _html, ...content } = message.content
  const merge = { template, data }
  return revised(message, { content: { ...content, ...fillContent(merge) }, merge })
}

/** The ids of those that a ledger would count. */
const counted = (received: Received) =>
  received.kind === 'taken' ? received.messages.filter(({ refusal }) => !refusal).map(({ id }) => id) : []

const accepted = (messages: readonly Message[], verdicts: readonly Verdict[]) =>
  messages.filter((_, i) => verdicts[i]?.outcome === 'accepted').map(({ id }) => id)

/** Where an answer does not say which message was refused, no other is said to be taken, or all are. */
function expectToShareTheBlame(
  verdicts: readonly Verdict[],
  refusals: NonNullable<BatchSender['refusals']>,
): void {
  const inDoubt = { outcome: 'in_doubt', cause: 'recipient' }
  for (const verdict of verdicts)
    expect(verdict).toMatchObject(refusals === 'counted' ? inDoubt : { outcome: 'accepted' })
}

/** Whether a message of a batch can have header fields of its own. */
const canDiffer = ({ lacks = [] }: Provider) => !lacks.includes('headers') && !lacks.includes('batch-headers')

function expectToDescribeEach(
  provider: Provider,
  batch: BatchSender,
  sent: readonly Message[],
  ids: readonly (string | undefined)[] = sent.map(({ id }) => id),
): void {
  const { received, response } = ask(provider, batch.request(sent, undefined))
  expect(counted(received)).toEqual(ids)
  const got = received.kind === 'taken' ? received.messages : []
  for (const [i, { content }] of sent.entries()) {
    const { headers, ...rest } = carried(provider, content)
    expect(got[i]?.content()).toMatchObject(canDiffer(provider) ? { ...rest, headers } : rest)
    expect(got[i]?.recipients).toEqual(content.to.map(({ address }) => address))
  }
  const verdicts = batch.verdicts(response, COUNT)
  expect(verdicts).toHaveLength(COUNT)
  expect(accepted(sent, verdicts)).toEqual(sent.map(({ id }) => id))
}

/** The laws of a batch call: it does to many what the single call does to one. */
export function testBatch(provider: Provider, batch: BatchSender): void {
  let source: Template
  let messages: Message[]
  const messagesOf = (count: number) => Array.from({ length: count }, (_, i) => source.message(i))
  beforeAll(async () => {
    source = await loadTemplate('receipt', { run: '0badcafe', trial: 1 })
    messages = messagesOf(COUNT)
  })

  it('describes each message', () => {
    for (const sent of [messages, messages.map(personalised)]) expectToDescribeEach(provider, batch, sent)
  })

  it('to one address over and over describes each message all the same, or is not made', () => {
    const toOne = messages.map(message => mailedTo(message, 'one@example.net'))
    for (const sent of [toOne, toOne.map(personalised)]) {
      if (batch.keyedByAddress) expect(() => batch.request(sent, undefined)).toThrow('one@example.net twice')
      else {
        // Some have no place for an identity but the address: then there is none, rather than another's.
        const body = batch.request(sent, undefined).body.toString('utf8')
        const ids = sent.map(({ id }) => (body.includes(id) ? id : undefined))
        expectToDescribeEach(provider, batch, sent, ids)
      }
    }
  })

  it('takes one message, and as many as it says', () => {
    for (const count of [1, batch.messagesMax]) {
      const { received, response } = ask(provider, batch.request(messagesOf(count), 'key'))
      expect(counted(received)).toHaveLength(count)
      expect(batch.verdicts(response, count).every(({ outcome }) => outcome === 'accepted')).toBe(true)
    }
    const tooMany = messagesOf(batch.messagesMax + 1)
    const { response } = ask(provider, batch.request(tooMany, 'key'))
    const expected = batch.maxIsAdvice ? 'accepted' : 'rejected'
    for (const verdict of batch.verdicts(response, tooMany.length)) expect(verdict.outcome).toBe(expected)
  })

  it('of which one recipient is bad, reports as accepted those that it took, and no others', () => {
    const bad = 2
    const sent = messages.map((message, i) => (i === bad ? mailedTo(message, 'nobody') : message))
    const { received, response } = ask(provider, batch.request(sent, undefined))
    const verdicts = batch.verdicts(response, COUNT)
    if (batch.refusals !== undefined) return expectToShareTheBlame(verdicts, batch.refusals)
    expect(verdicts[bad]).toMatchObject({ outcome: 'rejected', cause: 'recipient' })
    expect(accepted(sent, verdicts)).toEqual(counted(received))
  })

  it('posts to its own path, or to the one that it is given', () => {
    expect(batch.request(messages, 'key', '/elsewhere').path).toBe('/elsewhere')
  })

  it('takes the right key, and no other', () => {
    const verdictsFor = (key: string | undefined) => {
      const { response } = ask(provider, batch.request(messages, key), ['right-key'])
      return batch.verdicts(response, COUNT)
    }
    for (const verdict of verdictsFor('right-key')) expect(verdict.outcome).toBe('accepted')
    for (const key of ['wrong-key', undefined])
      for (const verdict of verdictsFor(key))
        expect(verdict).toMatchObject({ outcome: 'rejected', cause: 'auth' })
  })

  it('shares the fate of its call', () => {
    const route = routeOf(provider, batch.request(messages, 'key'))
    const verdict: Verdict = { outcome: 'deferred', cause: 'server', code: 503, text: 'Try again later' }
    const response = route?.refuse(verdict, stamp)
    expect(response).toBeDefined()
    if (!response) return
    const verdicts = batch.verdicts(response, COUNT)
    expect(verdicts).toHaveLength(COUNT)
    for (const read of verdicts) expect(read).toMatchObject({ outcome: 'deferred', cause: 'server' })
  })

  it('is in doubt where an answer says nothing of a message, unless the status says all', () => {
    const { response } = ask(provider, batch.request(messages, undefined))
    if (response.body === '') return
    for (const body of ['', '<html>', 'null', '{}', '[]', '[null]', '{"results":null}', '{"data":[null]}']) {
      const verdicts = batch.verdicts({ ...response, body }, COUNT)
      expect(verdicts).toHaveLength(COUNT)
      for (const verdict of verdicts)
        expect(verdict, body).toMatchObject({ outcome: 'in_doubt', cause: 'protocol' })
    }
  })
}
