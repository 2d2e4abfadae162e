import { expect } from 'vitest'
import { NS_PER_S, systemClock } from '../../clock.ts'
import type { Address } from '../../dial/dial.ts'
import { openRelay } from '../../link/relay.ts'
import { createReleases } from '../../link/releases.ts'
import type { Outcome } from '../../sample.ts'
import type { ByteFault, Ending } from '../../sink/fault/fault.ts'
import type { Script, TlsMode } from '../../sink/sink.ts'
import { compareLedger } from '../../stats/ledger.ts'
import { outcomeCode } from '../../stats/outcome-book.ts'
import type { ClientLabel, Protocol } from './cells.fixture.ts'
import { type Material, openClient, openStage, RUN, type Stage } from './play.fixture.ts'

/** Never reached: a cut shows at once. */
const PATIENT_NS = 20 * NS_PER_S

/** Where the client is to dial so that its session is cut. */
interface Armed extends AsyncDisposable {
  readonly relay?: Address
}

/** Something that cuts sessions. */
interface Cutter {
  readonly script: Script
  /** The next session is cut after so many bytes. */
  arm(afterBytes: number, stage: Stage): Promise<Armed>
}

/** Cuts the next connection at the sink, above TLS, and none that follows it. */
export function atSink(direction: ByteFault['direction'], kind: Ending): Cutter {
  let next: ByteFault | undefined
  const script: Script = ({ step }) => {
    const fault = step === 'connect' ? next : undefined
    if (fault) next = undefined
    return { thinkNs: 0, verdict: { outcome: 'accepted' }, byteFaults: fault && [fault] }
  }
  return {
    script: Object.assign(script, { steps: new Set(['connect'] as const) }),
    async arm(afterBytes) {
      next = { direction, afterBytes, fault: { kind } }
      return { async [Symbol.asyncDispose]() {} }
    },
  }
}

/** Resets both ends on the way, TLS and its handshake included. */
export function onTheWay(direction: 'up' | 'down'): Cutter {
  return {
    script: Object.assign((): ReturnType<Script> => ({ thinkNs: 0, verdict: { outcome: 'accepted' } }), {
      hasFaults: false,
    }),
    async arm(afterBytes, { sink }) {
      const { host, port } = sink.endpoint
      const releases = createReleases(systemClock)
      const spec = { reset: { after: `${afterBytes}b`, direction } }
      const target = { host, port }
      const relay = await openRelay({ target, spec, seed: 'sweep', releases, clock: systemClock })
      return {
        relay: { host: relay.host, port: relay.port },
        async [Symbol.asyncDispose]() {
          await relay[Symbol.asyncDispose]()
          releases[Symbol.dispose]()
        },
      }
    },
  }
}

export interface Sweep {
  readonly protocol: Protocol
  readonly client: ClientLabel
  readonly tls: TlsMode
  readonly cutter: Cutter
  /** Cuts after byte 1, and after each so many more. */
  readonly stride: number
}

/** What became of the message of one cut. */
export interface CutResult {
  readonly afterBytes: number
  readonly outcome: Outcome
  /** Times that the sink took it. */
  readonly taken: number
}

/** Submits messages, each over a session that is cut some bytes later than the one before, until one is whole. */
export async function sweep(
  { protocol, client, tls, cutter, stride }: Sweep,
  material: Material,
): Promise<CutResult[]> {
  await using stage = await openStage(
    { protocol, step: 'content', tls, isWarm: false },
    cutter.script,
    material,
  )
  const results: Omit<CutResult, 'taken'>[] = []
  // Accepted over the connection that was cut: the cut came too late. Thrice, so that all that was to come has come.
  for (let afterBytes = 1, spared = 0; spared < 3; afterBytes += stride) {
    await using armed = await cutter.arm(afterBytes, stage)
    await using transport = openClient(stage, client, PATIENT_NS, armed.relay)
    const { outcome, connectionId } = await transport.submit(material.template.message(results.length))
    results.push({ afterBytes, outcome })
    spared = outcome === 'accepted' && connectionId === 1 ? spared + 1 : 0
  }
  const { counts } = stage.ledger.receipts(RUN.run, RUN.trial)
  return results.map((result, index) => ({ ...result, taken: counts[index] ?? 0 }))
}

/** Each cut has one outcome, which is true, and the books balance. */
export function expectBalanced(results: readonly CutResult[]): void {
  const takenOf = (outcome: Outcome) =>
    results.filter(result => result.outcome === outcome && result.taken > 0).length
  const known: readonly Outcome[] = ['faulted', 'in_doubt', 'accepted']
  expect(results.filter(({ outcome }) => !known.includes(outcome))).toEqual([])
  const ledger = compareLedger(
    Uint8Array.from(results, ({ outcome }) => outcomeCode[outcome]),
    Uint8Array.from(results, ({ taken }) => taken),
  )
  expect(ledger).toMatchObject({ lost: 0, duplicated: 0, takenUnaccounted: 0 })
  const taken = results.reduce((sum, result) => sum + result.taken, 0)
  expect(taken).toBe(takenOf('accepted') + ledger.inDoubtTaken)
}

/** The later the cut, the further a message has come: nobody's report goes back. */
export function expectMonotone(results: readonly CutResult[]): void {
  const rank = ({ outcome, taken }: CutResult) =>
    (outcome === 'accepted' ? 4 : taken > 0 ? 2 : 0) + (outcome === 'in_doubt' ? 1 : 0)
  const back = results.filter((result, i) => {
    const before = results[i - 1]
    return before && rank(result) < rank(before)
  })
  expect(back).toEqual([])
}
