import { expect, it } from 'vitest'
import { createTurnCounter, type Turn } from './turns.ts'

const R = 100

/** `^` the client is connected, `>` it sends a byte, `<` it is sent one; at these instants. */
type Scene = readonly [mark: '^' | '>' | '<', atNs: number][]

function play(scene: Scene): Turn[] {
  const turns: Turn[] = []
  const counter = createTurnCounter(R, turn => turns.push(turn))
  for (const [mark, atNs] of scene) {
    if (mark === '^') counter.opened(atNs)
    else if (mark === '>') counter.up(atNs, 1)
    else counter.down(atNs, 1)
  }
  return turns
}

it.each<[string, Scene, number[]]>([
  ['nothing', [], []],
  ['the handshake', [['^', 100]], [100]],
  [
    'a server that speaks first, however many packets it takes',
    [
      ['^', 100],
      ['<', 200],
      ['<', 210],
    ],
    [100, 200],
  ],
  [
    'a server that answers',
    [
      ['^', 100],
      ['>', 100],
      ['<', 200],
      ['>', 200],
      ['<', 300],
    ],
    [100, 200, 300],
  ],
  [
    'one answer to a question of many packets, in many packets',
    [
      ['^', 100],
      ['>', 100],
      ['>', 110],
      ['>', 120],
      ['<', 200],
      ['<', 215],
      ['<', 290],
    ],
    [100, 200],
  ],
  [
    'an answer that a machine delivered somewhat early',
    [
      ['>', 100],
      ['<', 190],
    ],
    [190],
  ],
  [
    'bytes that cross with a request, and not as its answer',
    [
      ['^', 100],
      ['>', 100],
      ['<', 200],
      ['>', 250],
      // A session ticket, SETTINGS: on its way before the request was.
      ['<', 260],
      ['<', 350],
    ],
    [100, 200, 350],
  ],
  [
    'a client that acknowledges what crossed, while its answer is on its way',
    [
      ['^', 100],
      ['>', 100],
      ['<', 200],
      ['>', 201],
      ['<', 205],
      ['>', 500],
      ['<', 600],
    ],
    [100, 200, 600],
  ],
  [
    'questions in flight one behind the other as many times as all of them waited',
    [
      ['^', 100],
      ['>', 100],
      ['>', 150],
      ['<', 200],
      ['>', 200],
      ['<', 250],
      ['>', 250],
      ['<', 300],
      ['<', 350],
    ],
    [100, 200, 300],
  ],
])('counts %s', (_name, scene, expected) => {
  expect(play(scene).map(({ atNs }) => atNs)).toEqual(expected)
})

it('tells with each turn what the client had sent by then, and what it had been sent before', () => {
  const turns = play([
    ['^', 100],
    ['<', 200],
    ['<', 201],
    ['>', 201],
    ['>', 202],
    ['<', 301],
    ['<', 302],
    ['>', 303],
    ['<', 403],
  ])
  expect(turns.map(({ bytesUp, bytesDown }) => [bytesUp, bytesDown])).toEqual([
    [0, 0],
    [0, 0],
    [2, 2],
    [3, 4],
  ])
})
