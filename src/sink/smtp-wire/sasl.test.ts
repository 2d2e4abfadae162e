import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decodeResponse, startSasl } from './sasl.ts'

const users = [
  { user: 'tim', password: 'tanstaaftanstaaf' },
  { user: 'ann', password: 'pa:ss' },
]

/** What the last of the responses is answered with. */
function converse(
  mechanism: string,
  responses: readonly (string | undefined)[],
  known: typeof users | undefined = users,
) {
  const sasl = startSasl(mechanism, known, '1896.697170952')
  const steps = responses.map(response => sasl?.next(response))
  return steps.at(-1)
}

const taken = { kind: 'end', isTaken: true }
const refused = { kind: 'end', isTaken: false }
const malformed = { kind: 'malformed' }
const digest = (password: string) =>
  createHmac('md5', password).update('<1896.697170952@sink.example.net>').digest('hex')
const token = (user: string, password: string) => `user=${user}\x01auth=Bearer ${password}\x01\x01`

describe('authentication', () => {
  it.each([
    ['PLAIN', ['\0ann\0pa:ss'], taken],
    ['PLAIN', ['other\0ann\0pa:ss'], taken],
    ['PLAIN', [undefined, '\0ann\0pa:ss'], taken],
    ['PLAIN', ['\0ann\0wrong'], refused],
    ['PLAIN', ['ann pa:ss'], malformed],
    ['LOGIN', [undefined, 'ann', 'pa:ss'], taken],
    ['LOGIN', ['ann', 'pa:ss'], taken],
    ['LOGIN', ['ann', 'wrong'], refused],
    ['CRAM-MD5', [undefined, `tim ${digest('tanstaaftanstaaf')}`], taken],
    ['CRAM-MD5', [undefined, `tim ${digest('wrong')}`], refused],
    ['CRAM-MD5', [undefined, `ann ${digest('tanstaaftanstaaf')}`], refused],
    ['CRAM-MD5', [undefined, 'tim'], malformed],
    ['XOAUTH2', [token('ann', 'pa:ss')], taken],
    ['XOAUTH2', [undefined, token('ann', 'pa:ss')], taken],
    ['XOAUTH2', [token('ann', 'wrong'), ''], refused],
    ['XOAUTH2', ['Bearer x'], malformed],
  ] as const)('by %s, saying %j', (mechanism, responses, expected) => {
    expect(converse(mechanism, responses)).toEqual(expected)
  })

  it('takes anyone where no users are named', () => {
    const cases: [string, (string | undefined)[]][] = [
      ['PLAIN', ['\0any\0thing']],
      ['LOGIN', ['any', 'thing']],
      ['CRAM-MD5', [undefined, `any ${digest('thing')}`]],
      ['XOAUTH2', [token('any', 'thing')]],
    ]
    for (const [mechanism, responses] of cases) {
      const sasl = startSasl(mechanism, undefined, '1896.697170952')
      expect(responses.map(response => sasl?.next(response)).at(-1)).toEqual(taken)
    }
  })

  it("asks what each mechanism's server asks", () => {
    const asked = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'].map(name => converse(name, [undefined]))
    expect(asked).toEqual(
      ['', 'Username:', '<1896.697170952@sink.example.net>', ''].map(text => ({ kind: 'challenge', text })),
    )
  })

  it('tells a client of XOAUTH2 why, before it refuses', () => {
    const step = converse('XOAUTH2', [token('ann', 'wrong')])
    expect(step?.kind === 'challenge' && JSON.parse(step.text)).toMatchObject({
      status: '400',
      schemes: 'bearer',
    })
  })

  it('has no other mechanisms', () => {
    for (const name of ['', 'DIGEST-MD5', 'plain', 'constructor'])
      expect(startSasl(name, users, '')).toBeUndefined()
  })

  it('decodes base64 and nothing else', () => {
    const given = ['AGFubg==', '', 'AGFubg', '=', 'A===', 'AG Fubg=', '****']
    expect(given.map(decodeResponse)).toEqual([
      '\0ann',
      '',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})
