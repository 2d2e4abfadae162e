import { describe, expect, it } from 'vitest'
import { formatMailbox, isAddress, isAsciiAddress, parseMailbox, parseMailboxes } from './mailbox.ts'

describe('a mailbox', () => {
  it.each([
    [{ address: 'a@example.net' }, 'a@example.net'],
    [{ name: 'Bench', address: 'a@example.net' }, 'Bench <a@example.net>'],
    [{ name: 'Κατερίνα Ω', address: 'a@example.net' }, 'Κατερίνα Ω <a@example.net>'],
    [{ name: 'Sender, Joe "jr"', address: 'a@example.net' }, '"Sender, Joe \\"jr\\"" <a@example.net>'],
    [{ name: 'back\\slash', address: 'a@example.net' }, '"back\\\\slash" <a@example.net>'],
  ])('%j is written %j and read back', (mailbox, text) => {
    expect(formatMailbox(mailbox)).toBe(text)
    expect(parseMailbox(text)).toEqual(mailbox)
  })

  it('is read without the space around it', () => {
    expect(parseMailbox('  a@example.net ')).toEqual({ address: 'a@example.net' })
    expect(parseMailbox(' <a@example.net>')).toEqual({ address: 'a@example.net' })
  })

  it('stands in a list, perhaps with a comma in its name', () => {
    expect(parseMailboxes('a@x.example, "B, b" <b@x.example>,c@x.example')).toEqual([
      { address: 'a@x.example' },
      { name: 'B, b', address: 'b@x.example' },
      { address: 'c@x.example' },
    ])
    expect(parseMailboxes('')).toEqual([])
  })

  it('is read in time that grows with its length, whatever stands there', () => {
    for (const text of [
      '"'.repeat(1e5),
      '<'.repeat(1e5),
      ' '.repeat(1e5),
      '"\\'.repeat(5e4),
      ', '.repeat(5e4),
    ])
      expect(() => parseMailboxes(text)).not.toThrow()
  })
})

describe('an address', () => {
  it.each(['a@example.net', 'a+b.c@example.net', "o'hara@example.net", 'δοκιμή@example.net'])(
    '%s is one',
    text => {
      expect(isAddress(text)).toBe(true)
    },
  )

  it.each(['', 'nobody', '@example.net', 'a@', 'a b@example.net', 'a@b@c', 'a@b,c@d', 'a@x\r\nBcc: b@y'])(
    '%j is none',
    text => {
      expect(isAddress(text)).toBe(false)
    },
  )

  it('may be wanted in ASCII', () => {
    expect(isAsciiAddress('a@example.net')).toBe(true)
    expect(isAsciiAddress('δοκιμή@example.net')).toBe(false)
  })
})
