import { describe, expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { ask, sample } from './contract-mail.ts'
import type { HttpRequest } from './provider.ts'
import { sesAt } from './ses.ts'

const KEY = 'AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const noonMs = Date.UTC(2026, 9, 21, 12)
const at = (wallMs: number) => sesAt({ ...systemClock, wallMs: () => wallMs })
const provider = at(noonMs)

/** What a mock at noon says to a request that was signed then, or was changed since. */
function answerTo(request: HttpRequest, keys: 'any' | readonly string[] = [KEY]) {
  const { received } = ask(provider, request, keys)
  return received.kind === 'refused' ? received.verdict.enhancedCode : received.kind
}

describe('Amazon SES, in particular', () => {
  const request = provider.request(sample, KEY)

  it('signs host, date, type and body, for the region that the key names', () => {
    expect(request.headers).toMatchObject({
      host: 'email.us-east-1.amazonaws.com',
      'x-amz-date': '20261021T120000Z',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20261021\/us-east-1\/ses\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
      ),
    })
    const { headers } = provider.request(sample, `${KEY}:eu-west-1:session`)
    expect(headers).toMatchObject({
      host: 'email.eu-west-1.amazonaws.com',
      'x-amz-security-token': 'session',
    })
    expect(JSON.stringify(headers)).not.toContain('wJalrXUtnFEMI')
  })

  it('takes what is signed with the secret, in any region and with a session', () => {
    for (const key of [KEY, `${KEY}:eu-west-1`, `${KEY}:eu-west-1:session`])
      expect(answerTo(provider.request(sample, key)), key).toBe('taken')
    expect(answerTo(provider.request(sample, 'AKIDOTHER:secret'), 'any')).toBe('taken')
  })

  it.each([
    ['another body', { body: Buffer.from('{}') }],
    ['another path', { path: `${request.path}?x=1` }],
    ['another type', { headers: { ...request.headers, 'content-type': 'text/plain' } }],
    ['another host', { headers: { ...request.headers, host: 'email.eu-west-1.amazonaws.com' } }],
    ['a later date', { headers: { ...request.headers, 'x-amz-date': '20261021T120001Z' } }],
    ['the date of another day', { headers: { ...request.headers, 'x-amz-date': '20261022T120000Z' } }],
    [
      'a body that another hash vouches for',
      { headers: { ...request.headers, 'x-amz-content-sha256': 'e3b0' } },
    ],
  ])('refuses a signature of %s', (_what, change) => {
    expect(answerTo({ ...request, ...change })).toBe('InvalidSignatureException')
  })

  it('refuses a signature that is older than five minutes, or of the future', () => {
    for (const [minutes, expected] of [
      [4, 'taken'],
      [-4, 'taken'],
      [6, 'InvalidSignatureException'],
      [-6, 'InvalidSignatureException'],
    ] as const)
      expect(answerTo(at(noonMs - minutes * 60_000).request(sample, KEY)), `${minutes}`).toBe(expected)
  })

  it.each([
    ['no header', undefined, 'MissingAuthenticationTokenException'],
    ['a bearer key', 'Bearer x', 'IncompleteSignatureException'],
    ['half a signature', 'AWS4-HMAC-SHA256 Credential=x', 'IncompleteSignatureException'],
  ])('wants a signature, and not %s', (_what, authorization, expected) => {
    const { authorization: _own, ...rest } = request.headers
    const headers = authorization === undefined ? rest : { ...rest, authorization }
    for (const keys of ['any', [KEY]] as const) expect(answerTo({ ...request, headers }, keys)).toBe(expected)
  })

  it('finds the host of a request by HTTP/2 where that has it', () => {
    const { host = '', ...headers } = request.headers
    expect(answerTo({ ...request, headers: { ...headers, ':authority': host } })).toBe('taken')
  })
})
