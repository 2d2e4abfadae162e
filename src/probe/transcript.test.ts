import { expect, it } from 'vitest'
import { virtualClock } from '../virtual-clock.ts'
import { httpView } from './http-view.ts'
import { smtpView } from './smtp-view.ts'
import { createTranscript } from './transcript.ts'

const SECRET = 's3cret-of-mine'
const mask = (text: string) => text.replaceAll(SECRET, '***')

it('shows no half of a secret where a line is cut', () => {
  for (const view of [smtpView, httpView]) {
    for (let before = 280; before < 320; before++) {
      const transcript = createTranscript(view(), mask, virtualClock())
      transcript.received(
        Buffer.from(`HTTP/1.1 422 No\r\n\r\n${'x'.repeat(before)}${SECRET}${'y'.repeat(9000)}\r\n`),
        0,
      )
      transcript.end()
      const shown = transcript.lines.map(({ text }) => text).join('\n')
      expect(shown).not.toContain(SECRET.slice(0, 4))
      expect(shown.length).toBeLessThan(3000)
    }
  }
})

it('says once that a server says more than is shown', () => {
  const transcript = createTranscript(smtpView(), mask, virtualClock())
  for (let i = 0; i < 10_000; i++) transcript.received(Buffer.from('250-again\r\n'), i)
  transcript.end()
  expect(transcript.lines.length).toBeLessThan(2000)
  expect(transcript.lines.filter(({ kind }) => kind === 'note').map(({ text }) => text)).toEqual([
    'the server says more than is shown here',
  ])
})
