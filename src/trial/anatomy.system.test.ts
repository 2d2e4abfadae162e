import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { NS_PER_MS } from '../clock.ts'
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
function countTurns(segments: readonly Segment[]): number {
  const client = segments.filter(({ fromServer }) => !fromServer)
  const server = segments.filter(({ fromServer }) => fromServer)
  const [prelude, ...words] = server
  if (!prelude) return 0
  expect(prelude.sizeBytes).toBe(PRELUDE_BYTES)
  const [first] = words
  const isServerFirst = first !== undefined && client.every(({ atNs }) => atNs > first.atNs)
  let turns = isServerFirst ? 2 : 1
  let answeredNs = 0
  for (const { atNs } of words) {
    const question = client.find(asked => asked.atNs > answeredNs)
    if (!question || atNs - question.atNs < 0.9 * RTT_MS * NS_PER_MS) continue
    turns += 1
    answeredNs = atNs
  }
  return turns
}

it.each(anatomyCases)('as many round trips are seen on the wire as by the relay: $name', async subject => {
  const { recipients = 1 } = subject
  const template = await loadTemplate('password-reset', { run: '0badcafe', trial: 1, recipients })
  const relay = await sides.link(subject, RTT_MS)
  await using capture = await startCapture(relay.address.port)
  for (let connection = 0; connection < 3; connection++) await sides.submitThrough(relay, subject, template)
  // A client may say goodbye after it was disposed of.
  await vi.waitFor(
    async () => {
      const ended = await relay.log()
      expect(ended?.connections.map(({ end }) => end !== undefined)).toEqual([true, true, true])
    },
    { timeout: 10_000 },
  )
  const segments = await capture.end()
  // Asked after the capture: the answer to the last goodbye comes when the client has gone.
  const log = await relay.log()

  const streams = Map.groupBy(segments, ({ stream }) => stream)
  const counted = [...streams.values()].map(countTurns)
  expect(counted).toEqual(log?.connections.map(({ turnCount }) => turnCount))
  // And as many bytes.
  const bytesUp = segments.filter(({ fromServer }) => !fromServer)
  expect(bytesUp.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBe(log?.totals.bytesUp)
  expect(Math.min(...counted)).toBeGreaterThanOrEqual(3)
})
