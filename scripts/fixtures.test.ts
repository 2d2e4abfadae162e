import { readdir, readFile } from 'node:fs/promises'
import PostalMime from 'postal-mime'
import { describe, expect, test } from 'vitest'
import type { Twin } from '../src/message/corpus.ts'
import { messageNames } from '../src/message/corpus.ts'
import { messageFixtures } from './fixtures.ts'

const home = new URL('../fixtures/messages/', import.meta.url)
const read = (file: string) => readFile(new URL(file, home))
// postal-mime leaves to a part the line break that belongs to the boundary after it (RFC 2046 §5.1.1).
const partText = (text: string | undefined) => text?.replaceAll('\r\n', '\n').replace(/\n$/, '')

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

describe.each(messageNames)('%s', async name => {
  const eml = await read(`${name}.eml`)
  const twin: Twin = JSON.parse(await readFile(new URL(`${name}.json`, home), 'utf8'))

  test('says the same as .eml and as JSON when an independent parser reads it', async () => {
    const parsed = await PostalMime.parse(eml)
    expect(parsed.from).toEqual(twin.from)
    expect(parsed.to).toEqual(twin.to.map(({ address }) => ({ name: '', address })))
    expect(parsed.subject).toBe(twin.subject)
    expect(partText(parsed.text)).toBe(twin.text)
    expect(partText(parsed.html)).toBe(twin.html)
    for (const [key, value] of Object.entries(twin.headers))
      expect(parsed.headers).toContainEqual({ key: key.toLowerCase(), originalKey: key, value })
    expect(parsed.attachments.map(({ filename, mimeType }) => ({ filename, mimeType }))).toEqual(
      twin.attachments.map(({ filename, contentType }) => ({ filename, mimeType: contentType })),
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
    for (const text of [twin.subject, twin.text, twin.html]) {
      expect(text.length).toBeGreaterThanOrEqual(10)
      expect(text).not.toMatch(/\{\{|\[%|%recipient\./)
    }
  })
})

test('the messages have the sizes they are known by', async () => {
  expect((await read('password-reset.eml')).length).toBeLessThan(2048)
  expect(Buffer.byteLength(JSON.parse((await read('receipt.json')).toString()).html)).toBe(8192)
  expect((await read('invoice.pdf')).length).toBe(1024 * 1024)
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
