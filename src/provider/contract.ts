import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadTemplate, messageNames } from '../message/corpus.ts'
import { formatIndex, ID_HEADER } from '../message/identity.ts'
import type { Content, Message } from '../message/message.ts'
import type { Verdict } from '../sample.ts'
import { testHostileAnswers } from './contract-answers.ts'
import { testBatch } from './contract-batch.ts'
import { testCalls } from './contract-calls.ts'
import { ask, carried, mailedTo, revised, routeOf, sample, stamp } from './contract-mail.ts'
import type { HttpRequest, Provider, Sender } from './provider.ts'

/** What a script may decide. How it is worded is the dialect's, what it means must come through. */
const decisions: readonly Verdict[] = [
  { outcome: 'deferred', cause: 'server', code: 503, text: 'Try again later' },
  { outcome: 'deferred', cause: 'server', code: 500, text: 'Broken' },
  { outcome: 'in_doubt', cause: 'server', code: 502, text: 'Bad gateway' },
  { outcome: 'rejected', cause: 'auth', code: 401, text: 'Who are you?' },
  { outcome: 'rejected', cause: 'sender', code: 422, text: 'Not your domain' },
  { outcome: 'rejected', cause: 'recipient', code: 422, text: 'No such mailbox' },
  { outcome: 'rejected', cause: 'content', code: 422, text: 'Not readable' },
  { outcome: 'rejected', cause: 'policy', code: 422, text: 'Refused by policy' },
]

/** A reply as the provider has been seen or documented to give it, and what it means. */
export interface RecordedReply {
  readonly what: string
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body: unknown
  readonly verdict: Verdict
}

function expectToDescribe(provider: Provider, sender: Sender, message: Message): void {
  const { received } = ask(provider, sender.request(message, undefined))
  expect(received).toMatchObject({
    kind: 'taken',
    messages: [{ id: message.id, recipients: message.envelope.to }],
  })
  const [got] = received.kind === 'taken' ? received.messages : []
  const content = got?.content()
  if (Buffer.isBuffer(content)) return expect(content.equals(message.raw())).toBe(true)
  const { headers, ...described } = content as Content
  const { headers: sent, ...rest } = carried(provider, message.content)
  expect(described).toEqual(rest)
  expect(headers).toMatchObject(sent)
}

function testClient(provider: Provider): void {
  it('posts to its own path, or to the one that it is given', () => {
    expect(routeOf(provider, provider.request(sample, 'key'))).toBeDefined()
    expect(provider.request(sample, undefined, '/elsewhere?x=1').path).toBe('/elsewhere?x=1')
  })

  it('names a request by the key of its message, where the API knows such keys, and never else', () => {
    for (const idempotencyKey of ['a-key', undefined]) {
      const { received } = ask(provider, provider.request(revised(sample, { idempotencyKey }), 'key'))
      const expected = provider.idempotency ? idempotencyKey : undefined
      expect(received.kind === 'taken' && received.idempotencyKey).toBe(expected)
    }
  })

  it('names header fields in lower case, as HTTP/2 demands', () => {
    for (const name of Object.keys(provider.request(sample, 'key').headers))
      expect(name).toBe(name.toLowerCase())
  })

  it('sends of two messages the same but for their identity, unless it signs them', async () => {
    const template = await loadTemplate('receipt', { run: '0badcafe', trial: 1 })
    const shown = [0x2a, 0x5b].map(index => {
      const message = template.message(index)
      const { body, ...head } = provider.request(message, 'key')
      const text = JSON.stringify({ ...head, body: body.toString('utf8') })
      return { isSigned: head.headers['host'] !== undefined, text: text.replaceAll(formatIndex(index), '#') }
    })
    const [one, other] = shown
    if (!one?.isSigned) expect(one).toEqual(other)
  })

  it('sends what it has always sent', async () => {
    const { method, path, headers, body } = provider.request(sample, 'KEY')
    const { authorization, 'x-amz-date': _date, ...fixed } = headers
    const isSigned = headers['host'] !== undefined
    const shown = {
      method,
      path,
      headers: { ...fixed, ...(!isSigned && authorization && { authorization }) },
    }
    const text = body.toString('utf8')
    const isJson = headers['content-type'] === 'application/json'
    const golden = { ...shown, body: isJson ? JSON.parse(text) : text.split('\r\n') }
    await expect(`${JSON.stringify(golden, null, 2)}\n`).toMatchFileSnapshot(
      `../../fixtures/providers/${provider.name}/request.json`,
    )
  })

  it('reads an answer that is not its own by the status, and does not throw', () => {
    for (const body of [
      '',
      '<html>',
      'null',
      '3',
      '{}',
      '{"error":null}',
      '{"errors":[null]}',
      '[]',
      '[null]',
    ]) {
      const verdict = provider.verdict({ status: 503, headers: {}, body })
      expect(verdict, body).toMatchObject({ outcome: 'deferred', cause: 'server', code: 503 })
      expect(provider.verdict({ status: 401, headers: {}, body }), body).toMatchObject({
        outcome: 'rejected',
      })
    }
  })

  it('understands the replies that are on record', async () => {
    const file = new URL(`../../fixtures/providers/${provider.name}/replies.json`, import.meta.url)
    const replies: RecordedReply[] = JSON.parse(await readFile(file, 'utf8'))
    expect(replies.length).toBeGreaterThan(0)
    for (const { what, status, headers = {}, body, verdict } of replies) {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      expect(provider.verdict({ status, headers, body: text }), what).toEqual(verdict)
    }
  })
}

function testKeys(provider: Provider): void {
  const keys = ['another-key', 'right-key']
  const read = (request: HttpRequest, taken: typeof keys | 'any' = keys) => {
    const { response, received } = ask(provider, request, taken)
    return { verdict: provider.verdict(response), received }
  }
  const isStranger = { outcome: 'rejected', cause: 'auth' }

  it('takes the right key, and no other', () => {
    expect(read(provider.request(sample, 'right-key')).verdict.outcome).toBe('accepted')
    expect(read(provider.request(sample, 'right-key'), 'any').verdict.outcome).toBe('accepted')
    expect(read(provider.request(sample, 'wrong-key')).verdict).toMatchObject(isStranger)
    for (const taken of [keys, 'any' as const])
      expect(read(provider.request(sample, undefined), taken).verdict).toMatchObject(isStranger)
  })

  it('can be asked whether a key is right, which sends nothing', () => {
    if (!provider.account) return
    const right = read(provider.account('right-key'))
    expect(right.verdict.outcome).toBe('accepted')
    expect(right.received).toMatchObject({ messages: [] })
    expect(read(provider.account('wrong-key')).verdict).toMatchObject(isStranger)
    expect(read(provider.account(undefined)).verdict).toMatchObject(isStranger)
  })
}

function testMock(provider: Provider): void {
  it('refuses a body that it cannot read, and does not throw', () => {
    const request = provider.request(sample, 'key')
    for (const text of ['', '{', 'null', '[]', '{}', '{"from":null}', '{"to":[null]}', '3', '"\\u0000"']) {
      const broken = { ...request, body: Buffer.from(text) }
      const { received, response } = ask(provider, broken)
      expect(received, text).toMatchObject({ kind: 'refused', verdict: { outcome: 'rejected' } })
      expect(provider.verdict(response), text).toMatchObject({ outcome: 'rejected' })
    }
  })

  it.each(['nobody', '', 'no body@example.net', 'a@b@example.net'])('refuses the recipient %j', address => {
    const { response } = ask(provider, provider.request(mailedTo(sample, address), 'key'))
    expect(provider.verdict(response)).toMatchObject({ outcome: 'rejected', cause: 'recipient' })
  })

  it('refuses a sender that is none', () => {
    const content = { ...sample.content, from: { address: 'nobody' } }
    const { response } = ask(provider, provider.request(revised(sample, { content }), 'key'))
    expect(provider.verdict(response)).toMatchObject({ outcome: 'rejected', cause: 'sender' })
  })

  for (const verdict of decisions) {
    it(`passes on ${verdict.outcome} ${verdict.cause} ${verdict.code}`, () => {
      const { outcome, cause, code, text } = verdict
      for (const { refuse } of provider.routes) {
        const read = provider.verdict(refuse(verdict, stamp))
        expect(read).toMatchObject({ outcome, cause, text: expect.stringContaining(text as string) })
        if (outcome !== 'rejected') expect(read.code).toBe(code)
      }
    })
  }

  it('says that a message is too large', () => {
    const verdict: Verdict = { outcome: 'rejected', cause: 'content', code: 413, text: 'Too large' }
    for (const { refuse } of provider.routes)
      expect(provider.verdict(refuse(verdict, stamp))).toMatchObject(verdict)
  })

  it('says that it is asked too often, and where it can, how long to wait', () => {
    const verdict: Verdict = {
      outcome: 'deferred',
      cause: 'throttled',
      code: 429,
      text: 'Slow down',
      retryAfterNs: 3e9,
    }
    for (const { refuse } of provider.routes) {
      const response = refuse(verdict, stamp)
      const { retryAfterNs, ...rest } = provider.verdict(response)
      const { waitHeader } = provider.limits
      if (waitHeader === undefined) expect(retryAfterNs).toBeUndefined()
      else {
        expect(response.headers).toHaveProperty(waitHeader)
        // A clock of whole seconds makes the wait longer, never shorter.
        expect(retryAfterNs).toBeGreaterThanOrEqual(3e9)
        expect(retryAfterNs).toBeLessThanOrEqual(4e9)
      }
      for (const name of provider.limits.rateHeaders ?? []) expect(response.headers).toHaveProperty(name)
      expect(rest).toMatchObject({ outcome: 'deferred', cause: 'throttled' })
    }
  })
}

function testSafeMode(provider: Provider): void {
  it('takes what its safe mode makes of a message', () => {
    const { api } = provider.safe
    const [local, domain] = api.kind === 'recipient' ? api.address.split('@') : []
    const message = local === undefined ? sample : mailedTo(sample, `${local}+${sample.id}@${domain}`)
    const safe = provider.sandboxed?.() ?? provider
    const key = api.kind === 'key' ? api.key : 'right-key'
    const { received, response } = ask(provider, safe.request(message, key), ['right-key'])
    expect(provider.verdict(response).outcome).toBe('accepted')
    expect(provider.sandboxed !== undefined).toBe(api.kind === 'flag')
    const isMarked = api.kind === 'flag' || api.kind === 'key'
    expect(received.kind === 'taken' && received.sandboxed === true).toBe(isMarked)
    if (api.kind === 'flag')
      expect(ask(provider, provider.request(message, key)).received).not.toEqual(received)
  })
}

function testFacts(provider: Provider): void {
  it('states facts that a user can act on', async () => {
    const { origin, key, smtp, check, sources, limits } = provider
    for (const text of [origin, key, smtp?.host, smtp?.user, smtp?.password])
      expect(text ?? '', 'variables are named in capitals').not.toMatch(/\{(?![A-Z][A-Z0-9_]*\})/)
    expect(sources.length).toBeGreaterThan(0)
    if (check.of !== undefined) {
      const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
      expect(manifest.devDependencies, 'the check is one that is installed').toHaveProperty(check.of)
    }
    expect(check.of !== undefined).toBe(check.by !== 'documentation')
    const send = routeOf(provider, provider.request(sample, 'key'))
    expect(send?.bytesMax).toBe(limits.messageBytes)
  })
}

function testCorpus(provider: Provider): void {
  describe.each(messageNames)('of %s', name => {
    let message: Message
    beforeAll(async () => {
      message = (await loadTemplate(name, { run: '0badcafe', trial: 1 })).message(42)
    })

    it('says who it is from, whom it is for, and everything else, byte for byte', () => {
      const { asciiAddresses } = provider.limits
      const isRefused = message.smtpUtf8 && asciiAddresses === true
      if (isRefused) {
        const { response } = ask(provider, provider.request(message, undefined))
        expect(provider.verdict(response)).toMatchObject({ outcome: 'rejected', cause: 'recipient' })
      }
      const sendable = isRefused ? mailedTo(message, `recipient+${message.id}@example.net`) : message
      for (const sender of [provider, provider.raw]) if (sender) expectToDescribe(provider, sender, sendable)
      const { response } = ask(provider, provider.request(sendable, undefined))
      expect(provider.verdict(response).outcome).toBe('accepted')
    })
  })

  it('describes many recipients, an inline part, and names that need quoting', () => {
    expectToDescribe(provider, provider, sample)
    const from = { name: 'Sender, Joe "jr"', address: 'bench@example.net' }
    expectToDescribe(provider, provider, revised(sample, { content: { ...sample.content, from } }))
    expect(sample.content.headers).toHaveProperty(ID_HEADER)
  })
}

/** The laws of the Provider seam, for every dialect. */
export function testProvider(provider: Provider): void {
  describe(`the ${provider.name} dialect`, () => {
    testFacts(provider)
    describe('as a client', () => testClient(provider))
    testHostileAnswers(provider)
    describe('with keys', () => testKeys(provider))
    describe('as a mock', () => testMock(provider))
    testCalls(provider)
    describe('in safe mode', () => testSafeMode(provider))
    describe('carries a message that', () => testCorpus(provider))
    const { batch } = provider
    if (batch) describe('in a batch', () => testBatch(provider, batch))
  })
}
