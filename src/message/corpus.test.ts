import { readFile } from 'node:fs/promises'
import PostalMime from 'postal-mime'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { loadTemplate, type MessageName, type MessageSource, messageNames } from './corpus.ts'
import { parseIdentity } from './identity.ts'
import type { Content } from './message.ts'

const options = { run: '0badcafe', trial: 7 }
const sources: MessageSource[] = [...messageNames, { sizeBytes: 1024 }, { sizeBytes: 200_000 }]
const unixLines = (text: string | undefined) => text?.replaceAll('\r\n', '\n')

// postal-mime leaves to a part that is not base64 the line break of the boundary after it (RFC 2046 §5.1.1).
function expectText(parsed: string | undefined, text: string | undefined, content: Content): void {
  const texts = content.html === undefined ? [text] : [text, `${text}\n`]
  expect(texts).toContain(unixLines(parsed))
}

describe.each(sources.map(source => [JSON.stringify(source), source] as const))('%s', (_label, source) => {
  test('its structured and its RFC 5322 form agree, read by an independent parser', async () => {
    const template = await loadTemplate(source, { ...options, headers: { 'X-Sandbox': 'on' } })
    const message = template.message(0x2a)
    const { content } = message
    const parsed = await PostalMime.parse(message.raw())

    expect(message.id).toBe('0badcafe-0007-0000002a')
    expect(parsed.messageId).toBe(message.messageId)
    expect(parsed.from).toEqual(content.from)
    expect(parsed.to).toEqual(content.to.map(({ address }) => ({ name: '', address })))
    expect(parsed.subject).toBe(content.subject)
    expectText(parsed.text, content.text, content)
    expectText(parsed.html, content.html, content)
    expect(content.headers).toEqual({ 'X-Sandbox': 'on', 'X-Mailbench-Id': message.id })
    for (const [originalKey, value] of Object.entries(content.headers))
      expect(parsed.headers).toContainEqual({ key: originalKey.toLowerCase(), originalKey, value })
    expect(
      parsed.attachments.map(each => [
        each.filename,
        each.mimeType,
        each.contentId,
        Buffer.from(each.content as ArrayBuffer),
      ]),
    ).toEqual(
      content.attachments.map(each => [
        each.filename,
        each.contentType,
        each.cid && `<${each.cid}>`,
        each.content,
      ]),
    )
    expect(message.envelope).toEqual({
      from: content.from.address,
      to: content.to.map(({ address }) => address),
    })
  })

  test('two messages differ in their ids and recipients, and in nothing else', async () => {
    const template = await loadTemplate(source, { ...options, recipients: 3 })
    const local = source === 'international' ? 'δοκιμή' : 'recipient'
    const [one, two] = [template.message(1), template.message(0xfedcba98)]
    const [oneRaw, twoRaw] = [one.raw().toString('latin1'), two.raw().toString('latin1')]
    expect(two.envelope.to).toEqual([1, 2, 3].map(k => `${local}+0badcafe-0007-fedcba98.000${k}@example.net`))
    // X-Mailbench-Id, Message-ID and three recipients; the parts between them are compared as they are.
    expect(oneRaw.split(one.id)).toHaveLength(6)
    expect(twoRaw.split(two.id)).toEqual(oneRaw.split(one.id))
    expect(template.sizeBytes).toBe(oneRaw.length)
  })
})

test.each(messageNames)('%s of run, trial and index 0 is the committed .eml to the byte', async name => {
  const template = await loadTemplate(name, { run: '00000000', trial: 0 })
  const eml = await readFile(new URL(`../../fixtures/messages/${name}.eml`, import.meta.url))
  expect(template.message(0).raw().equals(eml)).toBe(true)
})

test('a message that was handed out is not changed by the next', async () => {
  const template = await loadTemplate('password-reset', options)
  const first = template.message(1).raw()
  const copy = Buffer.from(first)
  template.message(2).raw()
  expect(first.equals(copy)).toBe(true)
})

test('structured parts are made once a message', async () => {
  const message = (await loadTemplate('receipt', options)).message(1)
  expect(message.content).toBe(message.content)
  expect(message.envelope).toBe(message.envelope)
})

describe('a message of a given size', () => {
  const minimum = 355
  test.each([
    [minimum, {}],
    [1024, {}],
    [1025, { recipients: 5 }],
    [1024 * 1024, { from: 'sender@mail.example.net', to: 'someone.else@example.net' }],
    [2000, { wallMs: 1_700_000_000_000, headers: { 'X-Sandbox': 'on' } }],
  ])('has exactly %d bytes', async (sizeBytes, further) => {
    const template = await loadTemplate({ sizeBytes }, { ...options, ...further })
    expect(template.sizeBytes).toBe(sizeBytes)
    expect(template.message(9).raw()).toHaveLength(sizeBytes)
  })

  test('has as few as its header allows when asked for less, and says so', async () => {
    const template = await loadTemplate({ sizeBytes: 1 }, options)
    expect(template.sizeBytes).toBe(template.message(0).raw().length)
    expect(template.sizeBytes).toBeLessThanOrEqual(minimum)
    expect(template.message(0).content.text).toMatch(/^.{10}\n$/)
  })

  test.each([
    [512, '512b'],
    [1024, '1kb'],
    [1536, '1536b'],
    [2 * 1024 * 1024, '2mb'],
  ])('of %d bytes is called %s', async (sizeBytes, name) => {
    expect((await loadTemplate({ sizeBytes }, options)).name).toBe(name)
  })

  test.each([0, -1, 1.5, Number.NaN, 1e9])('of %d bytes is refused', async sizeBytes => {
    await expect(loadTemplate({ sizeBytes }, options)).rejects.toThrow(UsageError)
  })
})

describe('SMTPUTF8', () => {
  test.each<[MessageSource, { from?: string; to?: string }, boolean]>([
    ['international', {}, true],
    ['international', { to: 'me@example.net' }, false],
    ['receipt', {}, false],
    ['receipt', { to: 'δοκιμή@example.net' }, true],
    ['receipt', { from: 'δοκιμή@example.net' }, true],
    [{ sizeBytes: 1024 }, { to: 'δοκιμή@example.net' }, true],
  ])('%j with %j needs it: %s', async (source, addresses, needed) => {
    const message = (await loadTemplate(source, { ...options, ...addresses })).message(0)
    expect(message.smtpUtf8).toBe(needed)
    expect(/[^\x00-\x7f]/.test(message.raw().toString('latin1'))).toBe(needed)
  })

  test('the size counts bytes, and the index is patched at its own place, behind characters of two bytes', async () => {
    const addresses = { from: 'δοκιμή@example.net', to: 'δοκιμή@example.net' }
    const message = (await loadTemplate({ sizeBytes: 2000 }, { ...options, ...addresses })).message(
      0xabcdef01,
    )
    expect(message.raw()).toHaveLength(2000)
    const parsed = await PostalMime.parse(message.raw())
    expect(parsed.from).toEqual({ name: 'Bench', address: addresses.from })
    expect(parsed.to).toEqual([{ name: '', address: `δοκιμή+${message.id}@example.net` }])
    expect(parsed.messageId).toBe(message.messageId)
  })
})

describe('recipients', () => {
  test('one recipient has the id as subaddress', async () => {
    const message = (await loadTemplate('receipt', { ...options, to: 'a.b@mail.example.net' })).message(3)
    expect(message.envelope.to).toEqual([`a.b+${message.id}@mail.example.net`])
  })

  test('an exact address is used as it is, and ids still differ', async () => {
    const template = await loadTemplate('receipt', { ...options, to: 'me@example.net', exactTo: true })
    const [one, two] = [template.message(1), template.message(2)]
    expect([one.envelope.to, two.envelope.to]).toEqual([['me@example.net'], ['me@example.net']])
    const parsed = await PostalMime.parse(two.raw())
    expect(parsed.to).toEqual([{ name: '', address: 'me@example.net' }])
    expect(parsed.messageId).toBe(two.messageId)
    expect(two.messageId).not.toBe(one.messageId)
  })

  test.each(['receipt', 'international'] as const)(
    'a thousand of %s stay within the line length and are all found again',
    async name => {
      const message = (await loadTemplate(name, { ...options, recipients: 1000 })).message(5)
      const lines = message.raw().toString('latin1').split('\r\n')
      expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(998)
      const { to = [] } = await PostalMime.parse(message.raw())
      expect(to.map(({ address }) => address)).toEqual(message.envelope.to)
      expect(new Set(message.envelope.to).size).toBe(1000)
    },
  )
})

test('the Date is the one that was asked for', async () => {
  const wallMs = Date.UTC(2026, 1, 3, 4, 5, 6)
  const parsed = await PostalMime.parse(
    (await loadTemplate('invoice', { ...options, wallMs })).message(0).raw(),
  )
  expect(parsed.date).toBe('2026-02-03T04:05:06.000Z')
})

test.each([
  ['a sender with a line break', { from: 'a@example.net\r\nBcc: b@example.net' }],
  ['a recipient with NUL', { to: 'a\0@example.net' }],
  ['a header with a line break', { headers: { 'X-Tag': 'a\r\nBcc: b@example.net' } }],
  ['a local part with no room for the id', { to: `${'l'.repeat(42)}@example.net` }],
  ['a local part with no room for the id in UTF-8', { to: `${'δ'.repeat(21)}@example.net` }],
  ['no recipient', { recipients: 0 }],
  ['more recipients than have numbers', { recipients: 10_000 }],
  ['several recipients at one exact address', { exactTo: true, recipients: 2 }],
])('%s is refused as a mistake of the user', async (_case, further) => {
  await expect(loadTemplate('receipt', { ...options, ...further })).rejects.toThrow(UsageError)
})

test('an unknown message is refused and the known ones are named', async () => {
  const unknown = '../../package' as MessageName
  await expect(loadTemplate(unknown, options)).rejects.toThrow(/password-reset, receipt, invoice/)
})

test.each([
  ['a run of 7 digits', { run: '0badcaf' }],
  ['a trial of 5 digits', { trial: 0x10000 }],
])('%s is a bug of the caller, ids would differ in length', async (_case, further) => {
  await expect(loadTemplate('receipt', { ...options, ...further })).rejects.toThrow(RangeError)
})

test('the id in a recipient can be read back', async () => {
  const message = (await loadTemplate('receipt', options)).message(77)
  expect(parseIdentity(message.id)).toEqual({ ...options, index: 77 })
})
