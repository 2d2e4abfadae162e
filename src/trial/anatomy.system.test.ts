import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { loadTemplate } from '../message/corpus.ts'
import { PRELUDE_BYTES } from '../prelude.ts'
import { anatomyCases } from './anatomy-cases.fixture.ts'
import { type Sides, startSides } from './anatomy-subject.fixture.ts'
import { type Segment, startCapture } from './capture.fixture.ts'

const RTT_MS = 20

let sides: Sides
beforeAll(async () => {
  sides = await startSides(anatomyCases)
})
afterAll(() => sides?.[Symbol.asyncDispose]())

/**
 * Round trips of one connection, counted from its segments by the rules of docs/measurement.md: written a second
 * time, and not as the relay's are.
 */
function countTurns(segments: readonly Segment[], serverPort: number): number {
  const client = segments.filter(({ sourcePort }) => sourcePort !== serverPort)
  const server = segments.filter(({ sourcePort }) => sourcePort === serverPort)
  const [prelude, ...words] = server
  if (!prelude) return 0
  expect(prelude.sizeBytes).toBe(PRELUDE_BYTES)
  const [first] = words
  const isServerFirst = first !== undefined && client.every(({ atS }) => atS > first.atS)
  let turns = isServerFirst ? 2 : 1
  let answeredS = 0
  for (const { atS } of words) {
    const question = client.find(asked => asked.atS > answeredS)
    if (!question || atS - question.atS < (0.9 * RTT_MS) / 1000) continue
    turns += 1
    answeredS = atS
  }
  return turns
}

it.each(anatomyCases)('as many round trips are seen on the wire as by the relay: $name', async subject => {
  const { recipients = 1 } = subject
  const template = await loadTemplate('password-reset', { run: '0badcafe', trial: 1, recipients })
  const relay = await sides.link(subject, RTT_MS)
  const capture = await startCapture(relay.address.port)
  for (let connection = 0; connection < 3; connection++) await sides.submitThrough(relay, subject, template)
  // A client may say goodbye after it was disposed of.
  await vi.waitFor(
    async () => {
      const ended = await relay.log()
      expect(ended?.connections.map(({ end }) => end !== undefined)).toEqual([true, true, true])
    },
    { timeout: 10_000 },
  )
  const segments = await capture.stop()
  // Asked after the capture: the answer to the last goodbye comes when the client has gone.
  const log = await relay.log()

  const streams = Map.groupBy(segments, ({ stream }) => stream)
  const counted = [...streams.values()].map(stream => countTurns(stream, relay.address.port))
  expect(counted).toEqual(log?.connections.map(({ turnCount }) => turnCount))
  // And as many bytes.
  const bytesUp = segments.filter(({ sourcePort }) => sourcePort !== relay.address.port)
  expect(bytesUp.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBe(log?.totals.bytesUp)
  expect(Math.min(...counted)).toBeGreaterThanOrEqual(3)
})
