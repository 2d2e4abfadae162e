import { beforeAll, describe, expect, it } from 'vitest'
import { NS_PER_MS, NS_PER_S } from '../../clock.ts'
import { faultKindNames } from '../../sink/fault/fault.ts'
import type { FaultSpec } from '../../sink/fault/fault-spec.ts'
import { compileScript } from '../../sink/script.ts'
import { expectNothingLeft } from '../../transport/contract.ts'
import {
  type Cell,
  cells,
  clientsAt,
  type FaultName,
  kindOf,
  type Scene,
  sceneName,
  scenes,
} from './cells.fixture.ts'
import { exceptions, expectedOf, inWords, isExceptional, type Result } from './expected.fixture.ts'
import {
  type Material,
  makeMaterial,
  type Observed,
  openClient,
  openStage,
  play,
  RUN,
} from './play.fixture.ts'

/** Cells at a time: some of them do nothing but wait. */
const AT_A_TIME = 40
/** Never reached where no timeout is due: whoever hangs is found by it. */
const PATIENT_NS = 20 * NS_PER_S
/** Where a timeout is due; longer again where the machine stalled, and something else timed out. */
const IMPATIENT_NS = [250, 1000, 4000].map(ms => ms * NS_PER_MS)

const keyOf = ({ scene, fault, client }: Cell) =>
  `${scene.protocol} ${client}, ${fault} at ${sceneName(scene)}${scene.isWarm ? ', warm' : ''}`

const takenInWords = { yes: 'taken', no: 'not taken', either: 'taken or not' } as const
const wordsOf = (result: Result) => `${inWords(result)}, ${takenInWords[result.taken]}`

function matches(observed: Observed, result: Result): boolean {
  const isTakenAsSaid = result.taken === 'either' || observed.taken > 0 === (result.taken === 'yes')
  return isTakenAsSaid && inWords(observed) === inWords(result)
}

/** A body that drips on after a head that decides: it ends with the timeout, and is accepted. */
const mayTimeOut = ({ step }: Scene, fault: FaultName) => step === 'content' && fault === 'drip too slow'

/** Plays a cell, and once more where only a stall of the machine can have spoilt it. */
async function playCell(cell: Cell, material: Material): Promise<string> {
  const { scene, fault, client } = cell
  const expected = expectedOf(scene, fault, client)
  const isDue = expected.some(({ cause }) => cause === 'timeout') || mayTimeOut(scene, fault)
  let words = ''
  for (const timeoutNs of isDue ? IMPATIENT_NS : [PATIENT_NS]) {
    const observed = await play(cell, timeoutNs, material)
    const met = expected.find(result => matches(observed, result))
    if (met) return wordsOf(met)
    words = wordsOf({ ...observed, taken: observed.taken > 0 ? 'yes' : 'no' })
  }
  return words
}

async function playAll(): Promise<Map<string, string>> {
  const material = await makeMaterial()
  const played = new Map<string, string>()
  const left = [...cells]
  async function playNext(): Promise<void> {
    for (let cell = left.pop(); cell; cell = left.pop())
      played.set(keyOf(cell), await playCell(cell, material))
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, playNext))
  return played
}

describe('every client, at every exchange, under every fault', () => {
  let played: ReadonlyMap<string, string> = new Map()
  beforeAll(
    () =>
      expectNothingLeft(async () => {
        played = await playAll()
      }),
    120_000,
  )

  it('is more than a thousand cells, with all that can be done at a sink', () => {
    expect(cells.length).toBeGreaterThan(1200)
    expect(new Set(cells.map(keyOf)).size).toBe(cells.length)
    expect(new Set(cells.map(({ fault }) => kindOf(fault)))).toEqual(new Set(faultKindNames))
  })

  it.each(
    scenes.map(
      scene =>
        [
          `${scene.protocol} ${sceneName(scene)}${scene.isWarm ? ', over a used connection' : ''}`,
          scene,
        ] as const,
    ),
  )('at %s: the right outcome, phase and cause, and no hang', (_name, scene) => {
    const here = cells.filter(cell => cell.scene === scene)
    const table = (resultOf: (cell: Cell) => string) =>
      Object.fromEntries(here.map(cell => [keyOf(cell), resultOf(cell)]))
    const expected = ({ scene: at, fault, client }: Cell) => expectedOf(at, fault, client).map(wordsOf)
    expect(table(cell => played.get(keyOf(cell)) ?? 'not played')).toEqual(
      // Of several right ones, that which was met.
      table(cell => {
        const right = expected(cell)
        const met = played.get(keyOf(cell)) ?? ''
        return right.includes(met) ? met : right.join(' or ')
      }),
    )
  })

  it.each(exceptions)('$because', exception => {
    const cellsOf = cells.filter(({ scene, fault, client }) => isExceptional(scene, fault, client)(exception))
    expect(cellsOf.length).toBeGreaterThan(0)
  })
})

describe('a reply that nobody asked for', () => {
  it.each(scenes.filter(({ step, isWarm }) => step === 'content' && !isWarm))(
    'over $protocol is not taken for the answer to the next message, which is refused',
    async scene => {
      const material = await makeMaterial()
      const faults: FaultSpec[] = [
        { at: 'content', do: 'repeat', first: 1 },
        { at: 'content', do: 'reject', every: 2 },
      ]
      for (const client of clientsAt(scene)) {
        await using stage = await openStage(scene, compileScript({ faults }), material)
        await using transport = openClient(stage, client, PATIENT_NS)
        const outcomes: string[] = []
        for (const index of [0, 1, 2])
          outcomes.push((await transport.submit(material.template.message(index))).outcome)
        // nodemailer cannot tell, and gives the connection up.
        const refused = client === 'nodemailer' ? 'faulted' : 'rejected'
        expect([client, ...outcomes]).toEqual([client, 'accepted', refused, 'accepted'])
        expect([...stage.ledger.receipts(RUN.run, RUN.trial).counts]).toEqual([1, 0, 1])
      }
    },
  )
})
