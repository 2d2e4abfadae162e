import { expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { loadTemplate, messageNames } from './corpus.ts'
import { stuffed } from './dot-stuffing.ts'
import type { Message } from './message.ts'
import { createPlate } from './plate.ts'

const stuff = (text: string) => {
  const { bytes } = stuffed({ bytes: Buffer.from(text, 'latin1'), indexOffsets: [] })
  return bytes.toString('latin1')
}

/** What a receiver makes of it, line by line (RFC 5321 §4.5.2): independent of how it was made. */
function received(text: string): string {
  const lines = text.split('\r\n')
  const end = lines.indexOf('.')
  expect(lines.slice(end)).toEqual(['.', ''])
  return lines
    .slice(0, end)
    .map(line => `${line.startsWith('.') ? line.slice(1) : line}\r\n`)
    .join('')
}

const printed = (message: Message, form: 'raw' | 'stuffed') => {
  const plate = message.plate(form)
  const own = Buffer.alloc(plate.ownBytes)
  plate.print(message.index, own, 0)
  return Buffer.concat([own, plate.shared])
}

test.each([
  ['a text without dots', 'a\r\nb\r\n', 'a\r\nb\r\n.\r\n'],
  ['dots that begin a line', '.a\r\n.\r\n..\r\n', '..a\r\n..\r\n...\r\n.\r\n'],
  ['dots elsewhere', 'a.\r\nb.c\r\n', 'a.\r\nb.c\r\n.\r\n'],
  ['a dot after a bare LF or CR, which begins no line', 'a\n.b\r.c\r\n', 'a\n.b\r.c\r\n.\r\n'],
  ['a text that does not end its last line', 'a\r\n.', 'a\r\n..\r\n.\r\n'],
  ['nothing', '', '.\r\n'],
])('%s', (_what, text, expected) => {
  expect(stuff(text)).toBe(expected)
})

test('any text arrives as it was', () => {
  const random = createRandom('stuffing')
  const pieces = ['.', '..', '\r\n', 'a', '\r', '\n', '\r\n.\r\n']
  for (let round = 0; round < 2000; round++) {
    const length = random.integer(12)
    const text = Array.from({ length }, () => pieces[random.integer(pieces.length)]).join('')
    expect(received(stuff(`${text}\r\n`))).toBe(`${text}\r\n`)
  }
})

test('the index stands where it belongs, behind dots that were added before it', () => {
  const pattern = { bytes: Buffer.from('.x: 00000000\r\n.y: 00000000\r\nz\r\n'), indexOffsets: [4, 18] }
  const plate = createPlate(stuffed(pattern))
  const own = Buffer.alloc(plate.ownBytes)
  plate.print(0xfedcba98, own, 0)
  expect(own.toString() + plate.shared.toString()).toBe('..x: fedcba98\r\n..y: fedcba98\r\nz\r\n.\r\n')
})

test.each(messageNames)('%s is printed as it is encoded whole, and arrives so', async name => {
  const template = await loadTemplate(name, { run: '0badcafe', trial: 7, recipients: 3 })
  for (const index of [0, 0x2a, 0xfedcba98]) {
    const message = template.message(index)
    const raw = message.raw()
    expect(printed(message, 'raw').equals(raw)).toBe(true)
    expect(message.plate('raw').sizeBytes).toBe(raw.length)
    expect(received(printed(message, 'stuffed').toString('latin1'))).toBe(raw.toString('latin1'))
  }
})

test('a field whose name begins with a dot is stuffed as well', async () => {
  const headers = { '.X-Sandbox': 'on' }
  const message = (await loadTemplate('receipt', { run: '0badcafe', trial: 7, headers })).message(1)
  const text = printed(message, 'stuffed').toString('latin1')
  expect(text.startsWith('..X-Sandbox: on\r\n')).toBe(true)
  expect(received(text)).toBe(message.raw().toString('latin1'))
})

test('all messages of a template share what they can, and it is stuffed once', async () => {
  const template = await loadTemplate({ sizeBytes: 100_000 }, { run: '0badcafe', trial: 7 })
  const [one, two] = [template.message(1), template.message(2)]
  expect(one.plate('stuffed')).toBe(two.plate('stuffed'))
  expect(one.plate('stuffed').ownBytes).toBeLessThan(400)
})
