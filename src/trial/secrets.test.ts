import { expect, test } from 'vitest'
import { createSecrets } from './secrets.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

test.each([
  ['as it is', 'the server said p@ss/w:rd!', 'the server said ***'],
  ['URL-encoded', 'smtp://u:p%40ss%2Fw%3Ard!@h', 'smtp://u:***@h'],
  ['in base64, as AUTH LOGIN carries it', `334 ${base64('p@ss/w:rd!')}`, '334 ***=='],
  ['in AUTH PLAIN (RFC 4616)', `AUTH PLAIN ${base64('\0bench\0p@ss/w:rd!')}`, 'AUTH PLAIN ***'],
  ['in Basic (RFC 7617)', `Basic ${base64('bench:p@ss/w:rd!')}`, 'Basic ***='],
  ['several times', 'p@ss/w:rd! and p@ss/w:rd!', '*** and ***'],
])('a password is masked %s', (_form, text, masked) => {
  const secrets = createSecrets()
  secrets.addCredentials('bench', 'p@ss/w:rd!')
  expect(secrets.mask(text).replace(/=+$/, '')).toBe(masked.replace(/=+$/, ''))
})

test('a secret that begins with another is masked whole, whichever is known first', () => {
  const secrets = createSecrets()
  secrets.add('hunter')
  secrets.add('hunter22')
  expect(secrets.mask('hunter22 hunter')).toBe('*** ***')
})

test('words that are not secret are left alone, and so is everything when nothing is known', () => {
  const secrets = createSecrets()
  expect(secrets.mask('250 OK')).toBe('250 OK')
  secrets.add(undefined)
  secrets.add('')
  secrets.add('OK')
  expect(secrets.mask('250 OK')).toBe('250 OK')
})

test('special characters of patterns and replacements mean nothing', () => {
  const secrets = createSecrets()
  secrets.add('a.c$&')
  expect(secrets.mask('abc$& a.c$&')).toBe('abc$& ***')
})

test('credentials as they were written in a URL are masked too, in whatever way they were encoded', () => {
  const secrets = createSecrets()
  secrets.addWritten('smtp://bench:p%2fw%61rd@127.0.0.1:25')
  expect(secrets.mask('run --smtp smtp://bench:p%2fw%61rd@127.0.0.1:25')).toBe(
    'run --smtp smtp://***@127.0.0.1:25',
  )
  secrets.addWritten('smtp://b:x@127.0.0.1:25')
  expect(secrets.mask('--smtp=smtp://b:x@127.0.0.1:25')).toBe('--smtp=smtp://***@127.0.0.1:25')
})

test('a variable that stands for the credentials is no secret: the command can be repeated with it', () => {
  const secrets = createSecrets()
  secrets.addWritten(`smtp://\${NAME}:\${PASS}@127.0.0.1:25`)
  secrets.addWritten('http://127.0.0.1/a@b')
  expect(secrets.mask(`smtp://\${NAME}:\${PASS}@127.0.0.1:25`)).toBe(`smtp://\${NAME}:\${PASS}@127.0.0.1:25`)
  expect(secrets.mask('http://127.0.0.1/a@b')).toBe('http://127.0.0.1/a@b')
})

test('the query of an HTTP target is masked, since keys travel there; that of an SMTP target is not', () => {
  const secrets = createSecrets()
  secrets.addWritten('https://h.example/send?key=hunter22')
  secrets.addWritten('smtp://h.example?tls=none')
  expect(secrets.mask('--api https://h.example/send?key=hunter22')).toBe('--api https://h.example/send?...')
  expect(secrets.mask('smtp://h.example?tls=none')).toBe('smtp://h.example?tls=none')
})

test.each([0, 1, 2])(
  'a secret within the base64 of something longer is masked, wherever it falls: %i',
  shift => {
    const secrets = createSecrets()
    const secret = 'p@ss/w:rd?~!'
    secrets.add(secret)
    const text = `${'x'.repeat(shift)}${secret}, said the server`
    for (const encoding of ['base64', 'base64url'] as const) {
      const masked = secrets.mask(Buffer.from(text).toString(encoding))
      expect(masked).toContain('***')
      // What is left on either side of the mask tells no more than the letters next to the ends.
      const left = masked.split('***').map(part => Buffer.from(part, encoding).toString('latin1'))
      expect(left.join(' ')).not.toMatch(/p@s|s\/w|rd\?|\?~!/)
    }
  },
)

test('percent-encoding is masked in either case', () => {
  const secrets = createSecrets()
  secrets.add('a/b?c=d')
  expect(secrets.mask('a%2Fb%3Fc%3Dd and a%2fb%3fc%3dd')).toBe('*** and ***')
})

test('a short secret does not blot out base64 that merely resembles it', () => {
  const secrets = createSecrets()
  secrets.add('abc')
  expect(secrets.mask('xYWJjx')).toBe('x***x')
  expect(secrets.mask('hmJjhm')).toBe('hmJjhm')
})
