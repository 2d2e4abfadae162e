import { request as fetchOnce } from 'undici'
import { beforeAll, describe, expect, it } from 'vitest'
import { NS_PER_S, systemClock } from '../clock.ts'
import { loadTemplate, messageNames } from '../message/corpus.ts'
import type { Message } from '../message/message.ts'
import { mailedTo } from '../provider/contract-mail.ts'
import type { HttpRequest, HttpResponse, Provider } from '../provider/provider.ts'
import { providers } from '../provider/providers.ts'
import { undiciTransport } from '../transport/http-undici.ts'
import { httpWireTransport } from '../transport/http-wire/http-wire.ts'
import type { Transport } from '../transport/transport.ts'
import { createDraws } from './draws.ts'
import { openHttpSink } from './http.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { compileScript, type ScriptSpec } from './script.ts'

/** Every dialect over a real connection: what the client was told, and what the sink's ledger has. */
const RUN = '0badcafe'
const KEY = 'right-key'

type ClientKind = 'undici 1.1' | 'undici 2' | 'wire'

interface Bench extends AsyncDisposable {
  readonly ledger: Ledger
  readonly origin: string
  client(key?: string, kind?: ClientKind): Transport
}

async function openBench(
  provider: Provider,
  script: ScriptSpec = {},
  sizeLimitBytes = 40 * 1024 * 1024,
): Promise<Bench> {
  const opened = new AsyncDisposableStack()
  const ledger = createLedger()
  const sink = opened.use(
    await openHttpSink({
      host: '127.0.0.1',
      port: 0,
      tls: 'none',
      auth: 'required',
      keys: [KEY],
      sizeLimitBytes,
      script: compileScript(script),
      draws: createDraws('dialects'),
      clock: systemClock,
      ledger,
    }),
  )
  const { host, port } = sink.endpoint
  return {
    ledger,
    origin: `http://${host}:${port}`,
    client(key = KEY, kind = 'undici 1.1') {
      const common = {
        address: { host, port },
        provider,
        key,
        reuse: true,
        connections: 2,
        timeoutNs: 20 * NS_PER_S,
        clock: systemClock,
        signal: new AbortController().signal,
      }
      if (kind === 'wire') return opened.use(httpWireTransport({ ...common, mode: 'pipelined' }))
      return opened.use(undiciTransport({ ...common, version: kind === 'undici 2' ? '2' : '1.1' }))
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

async function send(origin: string, { method, path, headers, body }: HttpRequest): Promise<HttpResponse> {
  const response = await fetchOnce(origin + path, { method, headers, ...(method === 'POST' && { body }) })
  return { status: response.statusCode, headers: response.headers, body: await response.body.text() }
}

async function corpus(provider: Provider, trial: number, idempotency = false): Promise<Message[]> {
  const { asciiAddresses } = provider.limits
  const to = asciiAddresses ? { to: 'recipient@example.net' } : {}
  const templates = messageNames.map(name => loadTemplate(name, { run: RUN, trial, idempotency, ...to }))
  return (await Promise.all(templates)).map((template, index) => template.message(index))
}

const list: readonly Provider[] = Object.values(providers)

describe.each(list.map(provider => [provider.name, provider] as const))(
  'over HTTP, %s',
  (_name, provider) => {
    let messages: Message[]
    beforeAll(async () => {
      messages = await corpus(provider, 1)
    })
    const first = () => messages[0] as Message

    it.each(['undici 1.1', 'undici 2', 'wire'] as const)('takes the whole corpus once of %s', async kind => {
      await using bench = await openBench(provider)
      const client = bench.client(KEY, kind)
      const replies = await Promise.all(messages.map(message => client.submit(message)))
      expect(replies.map(({ outcome, text }) => ({ outcome, text }))).toEqual(
        messages.map(() => ({ outcome: 'accepted', text: undefined })),
      )
      expect([...bench.ledger.receipts(RUN, 1).counts]).toEqual(messages.map(() => 1))
      expect(bench.ledger.summary().unidentified).toBe(0)
    })

    it('takes nothing with a wrong key', async () => {
      await using bench = await openBench(provider)
      const reply = await bench.client('wrong-key').submit(first())
      expect(reply).toMatchObject({ outcome: 'rejected', cause: 'auth', phase: 'wait' })
      expect(bench.ledger.summary().taken).toBe(0)
    })

    it.each([
      [{ reject: '100%' }, { outcome: 'rejected', cause: 'policy' }],
      [{ defer: 1 }, { outcome: 'deferred', cause: 'server', code: 503 }],
    ] as const)('refuses as the script %j says', async (script, expected) => {
      await using bench = await openBench(provider, script)
      expect(await bench.client().submit(first())).toMatchObject(expected)
      expect(bench.ledger.summary().taken).toBe(0)
    })

    it('throttles as the script says', async () => {
      await using bench = await openBench(provider, { throttle: '0.01/s' })
      const client = bench.client()
      expect((await client.submit(first())).outcome).toBe('accepted')
      const refused = await client.submit(messages[1] as Message)
      expect(refused).toMatchObject({ outcome: 'deferred', cause: 'throttled' })
      expect(bench.ledger.summary().taken).toBe(1)
    })

    it('refuses a message over the limit, and takes the next', async () => {
      await using bench = await openBench(provider, {}, 64 * 1024)
      const client = bench.client()
      const large = messages[messageNames.indexOf('invoice')] as Message
      expect(await client.submit(large)).toMatchObject({ outcome: 'rejected', cause: 'content', code: 413 })
      expect((await client.submit(first())).outcome).toBe('accepted')
      expect(bench.ledger.summary().taken).toBe(1)
    })

    it('counts a message that comes twice once if its key is known, and else twice', async () => {
      for (const idempotency of [true, false]) {
        const template = await loadTemplate('receipt', { run: RUN, trial: 2, idempotency })
        for (const kind of ['undici 1.1', 'wire'] as const) {
          await using bench = await openBench(provider)
          await using client = bench.client(KEY, kind)
          for (let i = 0; i < 2; i++)
            expect((await client.submit(template.message(0))).outcome).toBe('accepted')
          expect(bench.ledger.summary().taken).toBe(idempotency && provider.idempotency ? 1 : 2)
        }
      }
    })

    it('answers whether a key is right, and counts nothing', async () => {
      if (!provider.account) return
      await using bench = await openBench(provider, { reject: '100%' })
      const right = await send(bench.origin, provider.account(KEY))
      expect(provider.verdict(right).outcome).toBe('accepted')
      const wrong = await send(bench.origin, provider.account('wrong-key'))
      expect(provider.verdict(wrong)).toMatchObject({ outcome: 'rejected', cause: 'auth' })
      expect(bench.ledger.summary().taken).toBe(0)
    })

    it('counts of a batch what it reports as accepted', async () => {
      const { batch } = provider
      if (!batch) return
      const template = await loadTemplate('receipt', { run: RUN, trial: 2 })
      const good = Array.from({ length: 5 }, (_, i) => template.message(i))
      const mixed = good.map((message, i) => (i === 2 ? mailedTo(message, 'nobody') : message))
      for (const sent of [good, mixed]) {
        await using bench = await openBench(provider)
        const response = await send(bench.origin, batch.request(sent, KEY))
        const verdicts = batch.verdicts(response, sent.length)
        const { counts } = bench.ledger.receipts(RUN, 2)
        const isTaken = (i: number) =>
          batch.refusals && sent === mixed ? i !== 2 : verdicts[i]?.outcome === 'accepted'
        expect(sent.map((_, i) => counts[i] ?? 0)).toEqual(sent.map((_, i) => (isTaken(i) ? 1 : 0)))
        if (sent === good) expect(verdicts[2]?.outcome).toBe('accepted')
        else if (!batch.refusals) expect(verdicts[2]?.outcome).toBe('rejected')
      }
    })

    it('takes the bytes of the message where its API does', async () => {
      const { raw } = provider
      if (!raw) return
      await using bench = await openBench(provider)
      for (const message of messages) {
        const response = await send(bench.origin, raw.request(message, KEY))
        expect(raw.verdict(response).outcome).toBe('accepted')
      }
      expect([...bench.ledger.receipts(RUN, 1).counts]).toEqual(messages.map(() => 1))
    })
  },
)

const idempotent = list.filter(provider => provider.idempotency)

describe.each(idempotent.map(provider => [provider.name, provider] as const))(
  'asked twice with one key, %s',
  (_name, provider) => {
    it('repeats its first answer, refuses another body, and lets a refused one try again', async () => {
      const [message, other] = await corpus(provider, 3, true)
      if (!message || !other) return
      await using bench = await openBench(provider)
      const request = provider.request(message, KEY)
      const answers = [await send(bench.origin, request), await send(bench.origin, request)]
      expect(answers[1]?.body).toBe(answers[0]?.body)
      const { idempotency } = provider
      if (idempotency?.conflict) {
        const changed = { ...provider.request(other, KEY), headers: request.headers }
        const verdict = provider.verdict(await send(bench.origin, changed))
        expect(verdict).toMatchObject({ outcome: 'rejected', code: idempotency.conflict.code })
      }
      await using strict = await openBench(provider, { reject: '100%' })
      for (let i = 0; i < 2; i++)
        expect(provider.verdict(await send(strict.origin, request))).toMatchObject({ cause: 'policy' })
    })

    it('puts a repetition off while the first is under way', async () => {
      const [message] = await corpus(provider, 3, true)
      if (!message) return
      await using bench = await openBench(provider, { think: '200ms' })
      const client = bench.client()
      const replies = await Promise.all([client.submit(message), client.submit(message)])
      expect(replies.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'deferred'])
      expect(bench.ledger.summary().taken).toBe(1)
    })
  },
)
