import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { disturbed } from './contract-answers.ts'
import { ask, mailedTo, sample } from './contract-mail.ts'
import { getRequest, jsonRequest } from './json.ts'
import { formRequest } from './multipart.ts'
import type { HttpRequest, Provider } from './provider.ts'

/** A call as the provider's documentation has it, or its own client makes it, and what the mock makes of it. */
export interface RecordedCall {
  readonly what: string
  /** @default the one that a message is sent by */
  readonly path?: string
  readonly headers?: Record<string, string>
  /** JSON; a call without a body is a GET. */
  readonly body?: unknown
  /** Instead of it, the fields of a form. */
  readonly form?: readonly (readonly [name: string, value: string])[]
  readonly status: number
  /** What the answer holds among other things. */
  readonly answer?: string | object
  /** Whom the messages that were taken are for. @default nobody */
  readonly recipients?: readonly string[]
}

function callsOf({ name }: Provider): readonly RecordedCall[] {
  const file = new URL(`../../fixtures/providers/${name}/calls.json`, import.meta.url)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
}

function requestOf(provider: Provider, { path, headers, body, form }: RecordedCall): HttpRequest {
  const where = path ?? provider.request(sample, undefined).path
  if (form) return formRequest(where, form, headers)
  return body === undefined ? getRequest(where, headers ?? {}) : jsonRequest(where, body, headers)
}

/** How the library that checks bodies would say it. */
const libraryWords =
  /Invalid input|expected \w+, received|Too (?:small|big):|Invalid (?:option|key in)|Unrecognized key/

function bodiesOf(provider: Provider): [HttpRequest, unknown][] {
  const two = [sample, mailedTo(sample, 'another@example.net')]
  const requests = [provider.request(sample, 'key'), provider.batch?.request(two, 'key')]
  return requests.flatMap(request =>
    request?.headers['content-type'] === 'application/json'
      ? [[request, JSON.parse(request.body.toString())]]
      : [],
  )
}

/** What others may send, and not only our client: the mock takes it, or refuses it as the provider would. */
export function testCalls(provider: Provider): void {
  const calls = callsOf(provider)
  if (calls.length > 0)
    describe('asked as others ask', () => {
      it.each(calls)('answers $what', call => {
        const { received, response } = ask(provider, requestOf(provider, call))
        expect(response.status, response.body).toBe(call.status)
        if (typeof call.answer === 'string') expect(response.body).toBe(call.answer)
        else if (call.answer !== undefined) expect(JSON.parse(response.body)).toMatchObject(call.answer)
        const taken = received.kind === 'taken' ? received.messages.filter(({ refusal }) => !refusal) : []
        expect(taken.flatMap(({ recipients }) => recipients)).toEqual(call.recipients ?? [])
        for (const message of taken) expect(() => message.content()).not.toThrow()
      })
    })

  it('tells accounts apart whose requests may name themselves alike', () => {
    const accountOf = (key: string) => {
      const { received } = ask(provider, provider.request(sample, key))
      return received.kind === 'taken' ? received.account : undefined
    }
    expect(accountOf('one-key') !== accountOf('other-key')).toBe(provider.idempotency !== undefined)
  })

  it('tells its rate with every answer, where the provider does', () => {
    const { response } = ask(provider, provider.request(sample, 'key'))
    for (const name of provider.limits.rateHeaders ?? []) expect(response.headers).toHaveProperty(name)
    expect(provider.verdict(response)).not.toHaveProperty('retryAfterNs')
  })

  it('says of nothing that is misshapen what only the library would say, and does not throw', () => {
    for (const [request, body] of bodiesOf(provider))
      for (const other of disturbed(body, true)) {
        const text = JSON.stringify(other)
        const { response } = ask(provider, { ...request, body: Buffer.from(text) })
        expect(response.body, text).not.toMatch(libraryWords)
      }
  })
}
