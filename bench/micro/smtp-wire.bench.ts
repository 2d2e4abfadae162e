import type { Bench } from 'tinybench'
import { ReplyParser } from '../../src/transport/smtp-wire/reply-parser.ts'

const ehlo = [
  '250-mail.example.net greets client.example.net',
  ...['PIPELINING', 'SIZE 52428800', '8BITMIME', 'ENHANCEDSTATUSCODES', 'CHUNKING'].map(
    word => `250-${word}`,
  ),
  '250 SMTPUTF8',
]
const replies = {
  'one reply': ['250 2.0.0 Ok: queued as 4f1'],
  'the four replies of a message': [
    '250 2.1.0 Ok',
    '250 2.1.5 Ok',
    '354 End data',
    '250 2.0.0 Ok: queued as 4f1',
  ],
  "EHLO's seven lines": ehlo,
} as const

/** Reading SMTP replies off the wire, as they come in one read. */
export function smtpWire(bench: Bench): void {
  for (const [name, lines] of Object.entries(replies)) {
    const bytes = Buffer.from(lines.map(line => `${line}\r\n`).join(''))
    let sum = 0
    const parser = new ReplyParser(code => {
      sum += code
    })
    bench.add(
      `SMTP wire: parse ${name}`,
      () => {
        parser.feed(bytes, bytes.length)
      },
      {
        afterAll() {
          if (sum === 0) throw new Error('nothing was read')
        },
      },
    )
  }
}
