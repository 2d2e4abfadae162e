import { describe, expect, it } from 'vitest'
import { smtpView } from './smtp-view.ts'

/** What is shown of a dialogue: `>` was sent, `<` received. */
function shown(dialogue: readonly string[]): string[] {
  const view = smtpView()
  return dialogue.flatMap(said => {
    const line = said.slice(2)
    const text = said.startsWith('>') ? view.sent(line) : view.received(line)
    return text === undefined ? [] : [`${said.slice(0, 2)}${text}`]
  })
}

describe('the view of an SMTP session', () => {
  it('shows commands and replies as they are', () => {
    const dialogue = [
      '< 220 mx',
      '> EHLO me',
      '< 250 mx',
      '> MAIL FROM:<a@b>',
      '< 250 ok',
      '> QUIT',
      '< 221 bye',
    ]
    expect(shown(dialogue)).toEqual(dialogue)
  })

  it('masks an initial response', () => {
    expect(shown(['> AUTH PLAIN AHUAcGFzcw==', '< 235 ok'])).toEqual(['> AUTH PLAIN ***', '< 235 ok'])
  })

  it('masks every response that is asked for, and nothing after the last', () => {
    const dialogue = [
      '> AUTH LOGIN',
      '< 334 VXNlcm5hbWU6',
      '> dXNlcg==',
      '< 334 UGFzc3dvcmQ6',
      '> cGFzcw==',
      '< 235 ok',
    ]
    expect(shown([...dialogue, '> MAIL FROM:<a@b>'])).toEqual([
      '> AUTH LOGIN',
      '< 334 VXNlcm5hbWU6',
      '> ***',
      '< 334 UGFzc3dvcmQ6',
      '> ***',
      '< 235 ok',
      '> MAIL FROM:<a@b>',
    ])
  })

  it('shows the header of the content and the size of the rest, up to its dot', () => {
    const content = ['> Subject: hi', '> ', '> secret plans', '> ..', '> .']
    expect(shown(['> DATA', '< 354 go', ...content, '< 250 taken', '> QUIT'])).toEqual([
      '> DATA',
      '< 354 go',
      '> Subject: hi',
      '> [20 more bytes] .',
      '< 250 taken',
      '> QUIT',
    ])
  })

  it('does not take commands for content where DATA was refused', () => {
    const dialogue = ['> DATA', '< 554 no', '> RSET', '< 250 ok']
    expect(shown(dialogue)).toEqual(dialogue)
  })

  it('counts the octets of BDAT, and finds the command after them', () => {
    // 13 and 2 and 4 octets, line ends included.
    expect(shown(['> BDAT 19 LAST', '> Subject: hi', '> ', '> ab', '> QUIT'])).toEqual([
      '> BDAT 19 LAST',
      '> Subject: hi',
      '> [6 more bytes]',
      '> QUIT',
    ])
  })

  it('shows no more of a long header than its beginning', () => {
    const header = Array.from({ length: 40 }, (_, i) => `> X-${i}: y`)
    const lines = shown(['> DATA', '< 354 go', ...header, '> .'])
    expect(lines.length).toBeLessThan(20)
    expect(lines.at(-1)).toMatch(/^> \[\d+ more bytes\] \.$/)
  })
})
