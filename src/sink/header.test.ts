import { describe, expect, it } from 'vitest'
import { createHeaderScanner } from './header.ts'

function scan(text: string, pieceBytes = text.length): string | undefined {
  const scanner = createHeaderScanner()
  for (let at = 0; at < text.length; at += pieceBytes)
    scanner.feed(Buffer.from(text.slice(at, at + pieceBytes)))
  return scanner.id()
}

const message = 'From: a@example.net\r\nX-Mailbench-Id: the-id\r\nSubject: x\r\n\r\nBody\r\n'

describe('the header scanner', () => {
  it('finds the identity however the message is cut', () => {
    for (let pieceBytes = 1; pieceBytes <= message.length; pieceBytes++) {
      expect(scan(message, pieceBytes)).toBe('the-id')
    }
  })

  it('reads names in any case', () => {
    expect(scan('x-MAILBENCH-id:the-id\r\n\r\n')).toBe('the-id')
  })

  it('does not look into the body', () => {
    for (const pieceBytes of [1, 1000]) {
      expect(scan('From: a@example.net\r\n\r\nX-Mailbench-Id: forged\r\n\r\n', pieceBytes)).toBeUndefined()
    }
  })

  it('finds it in a message that has a header and nothing else', () => {
    expect(scan('X-Mailbench-Id: the-id\r\n')).toBe('the-id')
  })

  it('gives up on a header without end', () => {
    expect(scan(`${`X-Pad: ${'x'.repeat(90)}\r\n`.repeat(1000)}${message}`, 4096)).toBeUndefined()
  })
})
