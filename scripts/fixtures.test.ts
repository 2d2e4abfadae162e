import { readdir, readFile } from 'node:fs/promises'
import { crc32, inflateSync } from 'node:zlib'
import PostalMime from 'postal-mime'
import { describe, expect, test } from 'vitest'
import { type MessageName, messageNames, type Twin } from '../src/message/corpus.ts'
import { messageFixtures } from './fixtures.ts'

const home = new URL('../fixtures/messages/', import.meta.url)
const read = (file: string) => readFile(new URL(file, home))
// postal-mime leaves to a part that is not base64 the line break of the boundary after it (RFC 2046 §5.1.1).
function expectText(parsed: string | undefined, text: string | undefined): void {
  expect([text, text && `${text}\n`]).toContain(parsed?.replaceAll('\r\n', '\n'))
}

test('the script makes exactly the files that are committed', async () => {
  const made = await messageFixtures()
  const files = await readdir(home, { withFileTypes: true })
  expect([...made.keys()].sort()).toEqual(
    files
      .filter(file => file.isFile())
      .map(file => file.name)
      .sort(),
  )
  for (const [file, bytes] of made) expect(bytes.equals(await read(file)), file).toBe(true)
})

async function twinOf(name: MessageName, field: 'subject' | 'text' | 'html'): Promise<string> {
  const twin: Twin = JSON.parse(await readFile(new URL(`${name}.json`, home), 'utf8'))
  return String(twin[field])
}

describe.each(messageNames)('%s', async name => {
  const eml = await read(`${name}.eml`)
  const twin: Twin = JSON.parse(await readFile(new URL(`${name}.json`, home), 'utf8'))

  test('says the same as .eml and as JSON when an independent parser reads it', async () => {
    const parsed = await PostalMime.parse(eml)
    expect(parsed.from).toEqual(twin.from)
    expect(parsed.to).toEqual(twin.to.map(({ address }) => ({ name: '', address })))
    expect(parsed.subject).toBe(twin.subject)
    expectText(parsed.text, twin.text)
    expectText(parsed.html, twin.html)
    for (const [key, value] of Object.entries(twin.headers))
      expect(parsed.headers).toContainEqual({ key: key.toLowerCase(), originalKey: key, value })
    expect(
      parsed.attachments.map(({ filename, mimeType, contentId }) => ({ filename, mimeType, contentId })),
    ).toEqual(
      twin.attachments.map(({ filename, contentType, cid }) => ({
        filename,
        mimeType: contentType,
        contentId: cid && `<${cid}>`,
      })),
    )
    for (const [i, { file }] of twin.attachments.entries()) {
      const content = parsed.attachments[i]?.content as ArrayBuffer
      expect(Buffer.from(content).equals(await read(file)), file).toBe(true)
    }
  })

  test('ends each line with CRLF within 998 bytes', () => {
    const lines = eml.toString('latin1').split('\r\n')
    expect(lines.at(-1)).toBe('')
    expect(lines.filter(line => /[\r\n\0]/.test(line))).toEqual([])
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(998)
  })

  test('has texts of at least ten characters without what providers take for placeholders', () => {
    for (const text of [twin.subject, twin.text, twin.html ?? twin.text]) {
      expect(text.length).toBeGreaterThanOrEqual(10)
      expect(text).not.toMatch(/\{\{|\[%|%recipient\./)
    }
  })
})

test('the messages have the sizes they are known by', async () => {
  expect((await read('password-reset.eml')).length).toBeLessThan(2048)
  expect(Buffer.byteLength(await twinOf('receipt', 'html'))).toBe(8192)
  expect((await read('invoice.pdf')).length).toBe(1024 * 1024)
  expect(Buffer.byteLength(await twinOf('newsletter', 'html'))).toBe(100 * 1024)
})

test('only the address of the international message is outside ASCII, and only where no encoding is for it', async () => {
  for (const name of messageNames) {
    const eml = (await read(`${name}.eml`)).toString('utf8')
    const foreign = eml.split('\r\n').filter(line => /[^\x00-\x7f]/.test(line))
    const to = 'To: δοκιμή+00000000-0000-00000000@example.net'
    expect(foreign, name).toEqual(name === 'international' ? [to] : [])
  }
})

test('the international message holds what breaks where UTF-8 is taken for something else', async () => {
  for (const text of [await twinOf('international', 'text'), await twinOf('international', 'html')]) {
    expect(text).toMatch(/\p{Script=Arabic}/u)
    expect(text).toMatch(/\p{Script=Hebrew}/u)
    expect(text).toMatch(/\p{Script=Han}/u)
    expect(text).toMatch(/\p{Emoji_Presentation}/u)
    expect(text).toMatch(/[\u{20000}-\u{2fa1f}]/u) // a character of Han beyond the first 65,536
    expect(text).toContain('Caf\u00e9')
    expect(text).toContain('Cafe\u0301') // is the same after normalization, which nobody may do on the way
  }
  expect(await twinOf('international', 'subject')).toMatch(
    /\p{Script=Greek}.*\p{Script=Han}.*\p{Script=Hebrew}/u,
  )
})

test('the plain message holds what breaks where lines are not handled with care, and is sent as it is', async () => {
  const lines = (await twinOf('plain', 'text')).split('\n')
  for (const line of ['.', '..', '.hidden', '   ', '-- ', 'QUIT']) expect(lines).toContain(line)
  expect(lines[0]).toBe('.')
  expect(lines.at(-2)).toBe('.')
  expect(lines.map(line => line.length)).toContain(998)
  expect(lines.join('\n')).toMatch(/\S {2}\n.*\t\n[\s\S]*\n{4}/)
  const eml = (await read('plain.eml')).toString('latin1')
  expect(eml.slice(eml.indexOf('\r\n\r\n') + 4)).toBe(lines.join('\r\n'))
})

test('masthead.png is whole: its checksums hold, and its pixels are as many as it says', async () => {
  const png = await read('masthead.png')
  expect(png.toString('latin1', 0, 8)).toBe('\x89PNG\r\n\x1a\n')
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < png.length; ) {
    const end = at + 8 + png.readUInt32BE(at)
    expect(crc32(png.subarray(at + 4, end))).toBe(png.readUInt32BE(end))
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, end))
    at = end + 4
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND'])
  const [width, height] = [chunks.get('IHDR')?.readUInt32BE(0), chunks.get('IHDR')?.readUInt32BE(4)]
  expect([width, height]).toEqual([560, 160])
  // inflateSync checks Adler-32; a row is a filter type and half a byte a pixel.
  expect(inflateSync(chunks.get('IDAT') as Buffer)).toHaveLength(160 * (1 + 560 / 2))
})

test('the picture of the newsletter is shown by its HTML, and by nothing else', async () => {
  const { html, attachments }: Twin = JSON.parse((await read('newsletter.json')).toString())
  expect(html?.split(`"cid:${attachments[0]?.cid}"`)).toHaveLength(2)
  expect(html?.split('"cid:')).toHaveLength(2)
})

test('every entry of the cross-reference table of invoice.pdf points to its object', async () => {
  const pdf = (await read('invoice.pdf')).toString('latin1')
  const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)?.[1])
  const [keyword, range, free, ...entries] = pdf.slice(table).split('\n')
  expect([keyword, range, free]).toEqual(['xref', '0 7', '0000000000 65535 f '])
  for (let id = 1; id <= 6; id++)
    expect(pdf.slice(Number(entries[id - 1]?.slice(0, 10)))).toMatch(new RegExp(`^${id} 0 obj\n`))
  const padding = /^6 0 obj\n<< \/Length (\d+) >>\nstream\n/.exec(pdf.slice(Number(entries[5]?.slice(0, 10))))
  const end = Number(entries[5]?.slice(0, 10)) + (padding?.[0].length ?? 0) + Number(padding?.[1])
  expect(pdf.slice(end, table)).toBe('\nendstream\nendobj\n')
})
