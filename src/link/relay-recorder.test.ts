import { expect, it } from 'vitest'
import { virtualClock } from '../virtual-clock.ts'
import { CONNECTIONS_MAX, onClock, TURNS_MAX } from './relay-log.ts'
import { createRelayRecorder } from './relay-recorder.ts'
import { createReleases } from './releases.ts'

function start() {
  const clock = virtualClock()
  return { clock, recorder: createRelayRecorder(100, createReleases(clock), clock) }
}

it('keeps what it saw of each connection, and adds it all up', async () => {
  const { clock, recorder } = start()
  const first = recorder.open(1, 0)
  await clock.advance(100)
  first.opened()
  first.up(50)
  await clock.advance(100)
  first.down(20)
  recorder.open(2, 150).up(7)
  first.end('client', 'closed')
  first.end('server', 'reset')
  expect(recorder.log()).toMatchObject({
    rttNs: 100,
    connections: [
      {
        id: 1,
        acceptedNs: 0,
        turnCount: 2,
        turns: [
          { atNs: 100, bytesUp: 0, bytesDown: 0 },
          { atNs: 200, bytesUp: 50, bytesDown: 0 },
        ],
        bytesUp: 50,
        bytesDown: 20,
        end: { by: 'client', how: 'closed', atNs: 200 },
      },
      { id: 2, acceptedNs: 150, turnCount: 0, turns: [], bytesUp: 7, bytesDown: 0, end: undefined },
    ],
    totals: { connections: 2, turns: 2, bytesUp: 57, bytesDown: 20 },
  })
})

it('keeps the latest connections only, and the first turns of each; the totals go on counting', async () => {
  const { clock, recorder } = start()
  for (let id = 1; id <= CONNECTIONS_MAX + 3; id++) recorder.open(id, 0).up(1)
  const busy = recorder.open(CONNECTIONS_MAX + 4, 0)
  for (let turn = 0; turn < TURNS_MAX + 5; turn++) {
    busy.up(1)
    await clock.advance(100)
    busy.down(1)
  }
  const { connections, totals } = recorder.log()
  expect([connections.length, connections[0]?.id]).toEqual([CONNECTIONS_MAX, 5])
  const last = connections.at(-1)
  expect([last?.turns.length, last?.turnCount, last?.bytesDown]).toEqual([
    TURNS_MAX,
    TURNS_MAX + 5,
    TURNS_MAX + 5,
  ])
  expect(totals).toEqual({
    connections: CONNECTIONS_MAX + 4,
    turns: TURNS_MAX + 5,
    bytesUp: CONNECTIONS_MAX + 3 + TURNS_MAX + 5,
    bytesDown: TURNS_MAX + 5,
  })
})

it('is read on another clock', async () => {
  const { clock, recorder } = start()
  const record = recorder.open(1, 10)
  await clock.advance(20)
  record.opened()
  record.end('link', 'reset')
  recorder.open(2, 20)
  expect(onClock(recorder.log(), 1000).connections).toMatchObject([
    { acceptedNs: 1010, turns: [{ atNs: 1020 }], end: { by: 'link', how: 'reset', atNs: 1020 } },
    { acceptedNs: 1020 },
  ])
})
