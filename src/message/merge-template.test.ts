import { describe, expect, it } from 'vitest'
import { expectMail } from './arrival.fixture.ts'
import { loadTemplate } from './corpus.ts'
import { mergeSpec } from './merge-spec.ts'
import type { Message } from './message.ts'

const values = [
  'Ann',
  '',
  '.',
  '..dots',
  ' spaces ',
  'a=b =20 =?utf-8?Q?no?=',
  'O\'Brien & <Söhne> "quoted"',
  'Ελευθερία και 日本語 🎉',
  'x'.repeat(76),
  'long and non-ASCII: ü'.repeat(8),
]
const text =
  '{{name}}\n.{{name}}\n\nDear {{name}},\nyour order {{order}} {{name}}{{name}}: 1 = 1 \n.\n-- \n{{name}}'

const parts = {
  'a text that ends in a value': { text },
  'a text without a name': { text: 'Hello.\n.\nBye' },
  'a text that ends in a line break': { text: 'Dear {{name}}\n' },
  'text and HTML': { text, html: '<p class="x">Dear {{name}},\n<a href="?q={{order}}">order</a></p>\n' },
}

async function messagesOf(part: object, recipients = 1): Promise<Message[]> {
  const merge = mergeSpec.parse({
    subject: 'Grüße, {{name}}! No. {{number}}',
    data: values.map((name, i) => ({ name, order: `A-${i}` })),
    ...part,
  })
  const template = await loadTemplate({ merge }, { run: '0badcafe', trial: 1, recipients })
  return values.map((_, i) => template.message(i))
}

describe.each(Object.entries(parts))('a mail merge of %s', (_name, part) => {
  it('prints what its structured form says, for each row', async () => {
    for (const message of await messagesOf(part, 2)) {
      const { from, to } = message.envelope
      await expectMail({ from, to, smtpUtf8: message.smtpUtf8, data: message.raw() }, message)
    }
  })

  it('has lines that need no stuffing, none of them longer than it may be', async () => {
    for (const message of await messagesOf(part)) {
      const lines = message.raw().toString('latin1').split('\r\n')
      expect(lines.filter(line => line.startsWith('.') || line.length > 76)).toEqual([])
      expect(lines.at(-1)).toBe('')
      expect(message.raw().toString('latin1')).toMatch(/^[\x20-\x7e\r\n]*$/)
    }
  })

  it('is one message in both forms, of the size that it says', async () => {
    for (const message of await messagesOf(part)) {
      const [raw, stuffed] = (['raw', 'stuffed'] as const).map(form => {
        const plate = message.plate(form)
        const own = Buffer.alloc(plate.ownBytes)
        plate.print(message.index, own, 0)
        expect(plate.ownBytes + plate.shared.length).toBe(plate.sizeBytes)
        return Buffer.concat([own, plate.shared])
      })
      expect(raw).toEqual(message.raw())
      expect(stuffed).toEqual(Buffer.concat([message.raw(), Buffer.from('.\r\n')]))
    }
  })
})

it('says which template and data a message was made of', async () => {
  const [first, second] = await messagesOf({ text: 'Dear {{name}}' })
  expect(first?.merge).toEqual({
    template: { subject: 'Grüße, {{name}}! No. {{number}}', text: 'Dear {{name}}' },
    data: { name: 'Ann', order: 'A-0', number: '1' },
  })
  expect(first?.content.subject).toBe('Grüße, Ann! No. 1')
  expect(second?.template).toBe(first?.template)
  expect(first?.id).not.toBe(second?.id)
})
