import { describe, expect, it, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { expandVariables, isLoopback, parseHttpTarget, parseSmtpTarget } from './target.ts'

const none = {}

function complaint(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message
  }
  throw new Error('it was taken')
}

describe('an SMTP target', () => {
  it.each([
    ['smtp://mail.example.net', 'mail.example.net', 587, 'offered'],
    ['smtp://mail.example.net:2525', 'mail.example.net', 2525, 'offered'],
    ['smtp://mail.example.net:587?tls=none', 'mail.example.net', 587, 'none'],
    ['smtp://mail.example.net?tls=starttls', 'mail.example.net', 587, 'required'],
    ['smtp://u:p@mail.example.net', 'mail.example.net', 587, 'required'],
    ['smtp://u:p@mail.example.net?tls=none', 'mail.example.net', 587, 'none'],
    ['smtps://mail.example.net', 'mail.example.net', 465, 'implicit'],
    ['smtps://u:p@mail.example.net:8465', 'mail.example.net', 8465, 'implicit'],
    ['smtp://[::1]:2525', '::1', 2525, 'offered'],
    ['smtp://[2001:db8::25]', '2001:db8::25', 587, 'offered'],
    ['smtp://127.0.0.1:1', '127.0.0.1', 1, 'offered'],
    ['smtp://127.0.0.1:65535', '127.0.0.1', 65_535, 'offered'],
  ])('is read from %s', (url, host, port, tls) => {
    expect(parseSmtpTarget(url, none)).toMatchObject({ protocol: 'smtp', address: { host, port }, tls })
  })

  test.each([
    ['smtp://user:secret@h.example', 'user', 'secret'],
    ['smtp://me%40example.net:p%40ss%2Fw%23r%3Ad%25@h.example', 'me@example.net', 'p@ss/w#r:d%'],
    ['smtp://user:p%2fw@h.example', 'user', 'p/w'],
    ['smtp://user:a@b@h.example', 'user', 'a@b'],
    ['smtp://user:a:b@h.example', 'user', 'a:b'],
    ['smtp://user:%C3%A4%E2%82%AC@h.example', 'user', 'ä€'],
    [`smtp://\${NAME}:\${PASS}@h.example`, 'bench', `p@ss/w#r:d%41\${NAME}`],
    [`smtp://\${NAME}:a-\${PASS}@h.example`, 'bench', `a-p@ss/w#r:d%41\${NAME}`],
  ])('has the credentials of %s as they are meant', (url, user, password) => {
    // What a variable holds is taken as it is: it is neither decoded nor expanded again.
    const environment = { NAME: 'bench', PASS: `p@ss/w#r:d%41\${NAME}` }
    const target = parseSmtpTarget(url, environment)
    expect(target.credentials).toEqual({ user, password })
    expect(target.address.host).toBe('h.example')
  })

  it('has no credentials when none are given', () => {
    expect(parseSmtpTarget('smtp://127.0.0.1', none)).not.toHaveProperty('credentials')
  })

  it.each([
    ['http://h.example', '--smtp: http:// is no scheme for it, use smtp:// or smtps://'],
    ['h.example:25', '--smtp: h.example:// is no scheme for it, use smtp:// or smtps://'],
    ['h.example', '--smtp: not a URL; write it as smtp:// or smtps://host:port'],
    ['', '--smtp: not a URL; write it as smtp:// or smtps://host:port'],
    ['smtp://', '--smtp: the URL names no host'],
    ['smtp://h.example:0', '--smtp: port 0 is out of range, the lowest is 1'],
    ['smtp://h.example:65536', '--smtp: port 65536 is out of range, the highest is 65535'],
    ['smtp://u:p@h.example:99999?tls=none', '--smtp: port 99999 is out of range, the highest is 65535'],
    ['smtp://u:12345678@h.example:99999', '--smtp: port 99999 is out of range, the highest is 65535'],
    ['smtp://h.example?tls=ssl', '--smtp: ?tls=ssl is not known, only ?tls=none or ?tls=starttls'],
    ['smtp://h.example?tlss=none', '--smtp: ?tlss= is not known, only ?tls=none or ?tls=starttls'],
    ['smtp://user@h.example', '--smtp: credentials need both a user and a password'],
    ['smtp://:pass@h.example', '--smtp: credentials need both a user and a password'],
    ['smtp://u:50%@h.example', '--smtp: a % in the credentials must be written as %25'],
    [`smtp://u:\${NOPE}@h.example`, '--smtp: the environment variable NOPE is not set'],
    [`smtp://\${EMPTY}:p@h.example`, '--smtp: the environment variable EMPTY is not set'],
  ])('is refused in words that name the fix: %s', (url, words) => {
    expect(complaint(() => parseSmtpTarget(url, { EMPTY: '' }))).toBe(words)
  })

  it.each(['smtp://u:hunter22@h.example:99999', 'smtp://u:hunter22@h.example?tls=x', 'smtp://u:hunter22@'])(
    'is refused without repeating its password: %s',
    url => {
      expect(complaint(() => parseSmtpTarget(url, none))).not.toContain('hunter22')
    },
  )
})

describe('an HTTP target', () => {
  it.each([
    ['http://h.example/send', 80, false, '/send'],
    ['https://h.example/v3/mail?region=eu', 443, true, '/v3/mail?region=eu'],
    ['https://h.example:8443/', 8443, true, undefined],
    ['http://h.example', 80, false, undefined],
  ])('is read from %s', (url, port, encrypted, path) => {
    const target = parseHttpTarget(url, undefined, none)
    expect(target).toMatchObject({ protocol: 'http', address: { host: 'h.example', port }, encrypted })
    expect(target.path).toBe(path)
    expect(target).not.toHaveProperty('key')
  })

  test.each([
    ['http://h.example', 'k-1', 'k-1'],
    ['http://h.example', `\${KEY}`, 'a/b#c@d:e'],
    ['http://u:in-url@h.example', undefined, 'in-url'],
    ['http://in%2Furl@h.example', undefined, 'in/url'],
    ['http://in-url:@h.example', undefined, 'in-url'],
    ['http://:in-url@h.example', undefined, 'in-url'],
    [`http://:\${KEY}@h.example`, undefined, 'a/b#c@d:e'],
    ['http://u:in-url@h.example', 'the-flag-wins', 'the-flag-wins'],
  ])('takes its key from %s and %s', (url, apiKey, key) => {
    expect(parseHttpTarget(url, apiKey, { KEY: 'a/b#c@d:e' }).key).toBe(key)
  })

  it.each([
    ['smtp://h.example', undefined, '--api: smtp:// is no scheme for it, use http:// or https://'],
    ['http://h.example:65536/send', undefined, '--api: port 65536 is out of range, the highest is 65535'],
    ['http://h.example', `\${NOPE}`, '--api-key: the environment variable NOPE is not set'],
    [`http://u:\${NOPE}@h.example`, undefined, '--api: the environment variable NOPE is not set'],
    ['http://u:50%@h.example', undefined, '--api: a % in the credentials must be written as %25'],
    ['http://h.example', '', '--api-key: the key is empty: give one, or leave it out'],
  ])('is refused in words that name the fix: %s with key %s', (url, apiKey, words) => {
    expect(complaint(() => parseHttpTarget(url, apiKey, none))).toBe(words)
  })
})

test.each([
  ['smtp://user:hunter22@h.example:2525?tls=none', 'smtp://***@h.example:2525?...'],
  ['smtps://h.example', 'smtps://h.example'],
  ['https://:hunter22@h.example/v1/send?api_key=hunter22', 'https://***@h.example/v1/send?...'],
  ['https://hunter22@h.example/', 'https://***@h.example'],
])('what is shown of %s has neither credentials nor query', (url, shown) => {
  const target = url.startsWith('smtp') ? parseSmtpTarget(url, none) : parseHttpTarget(url, undefined, none)
  expect(target.display).toBe(shown)
})

test('a text without variables is left alone, dollar signs too', () => {
  expect(expandVariables(`a$b\${}$c {d}`, '--x', none)).toBe(`a$b\${}$c {d}`)
})

test.each([
  ['127.0.0.1', true],
  ['127.255.255.254', true],
  ['::1', true],
  ['localhost', true],
  ['mail.localhost', true],
  ['0.0.0.0', false],
  ['128.0.0.1', false],
  ['10.0.0.1', false],
  ['::', false],
  ['::2', false],
  ['example.net', false],
  ['notlocalhost', false],
  ['localhost.example.net', false],
  ['127.example.net', false],
  ['127.0.0.1.example.net', false],
  ['', false],
])('whether %s is on loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})
