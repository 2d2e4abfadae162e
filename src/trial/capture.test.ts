import { describe, expect, it } from 'vitest'
import { messageSpansNs, type Segment } from './capture.fixture.ts'

const segments = (...rows: readonly [atNs: number, from: 'client' | 'server', text: string][]): Segment[] =>
  rows.map(([atNs, from, text]) => {
    return { atNs, stream: 0, fromServer: from === 'server', sizeBytes: text.length, text }
  })

describe('messageSpansNs', () => {
  it('measures from the segment that begins a message to the last of its replies', () => {
    const dialogue = segments(
      [0, 'server', '220 ready'],
      [10, 'client', 'EHLO x'],
      [20, 'server', '250 x'],
      [100, 'client', 'MAIL FROM:<a>'],
      [130, 'server', '250 ok'],
      [140, 'client', 'the content'],
      [190, 'server', '250 taken'],
      [300, 'client', 'MAIL FROM:<b>'],
      [340, 'server', '250 taken'],
    )
    expect(messageSpansNs(dialogue, /^MAIL /)).toEqual([90, 40])
  })

  it('does not count QUIT to the last message', () => {
    const dialogue = segments(
      [0, 'client', 'MAIL FROM:<a>'],
      [50, 'server', '250 taken'],
      [60, 'client', 'QUIT'],
      [90, 'server', '221 bye'],
    )
    expect(messageSpansNs(dialogue, /^MAIL /)).toEqual([50])
  })

  it('finds nothing where nothing begins', () => {
    expect(messageSpansNs(segments([0, 'server', '220 ready']), /^MAIL /)).toEqual([])
  })
})
