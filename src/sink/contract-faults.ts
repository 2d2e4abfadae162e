import { describe, expect, it } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import type { Certificate } from './certificate.ts'
import { createDraws } from './draws.ts'
import { endings, type FaultKind, faultKinds, GARBAGE, type Step } from './fault/fault.ts'
import { type FaultSpec, faultSpec } from './fault/fault-spec.ts'
import { type Observer, observe } from './fault/observer.fixture.ts'
import type { Refusal } from './fault/refusal.ts'
import { createLedger } from './ledger.ts'
import { createManualClock } from './manual-clock.fixture.ts'
import { compileScript } from './script.ts'
import type { Script, Sink, SinkOptions, TlsMode } from './sink.ts'

/** How a raw client comes to a step. */
export interface Approach {
  /** Each is said once the one before it was answered. */
  readonly before: readonly string[]
  /** What brings the sink to the step, and then to a reply. */
  readonly say: string
  /** Said after a reply that was garbage: an answer shows that the connection lives. */
  readonly after: string
  readonly tls?: TlsMode
}

export interface FaultCase {
  readonly name: string
  readonly certificate: () => Certificate
  /** Of sinks that can pass for somebody else. */
  readonly wrongCertificate?: () => Certificate
  /** Whether the server speaks first. */
  readonly greets: boolean
  open(options: SinkOptions): Promise<Sink>
  readonly approaches: Partial<Record<Step, Approach>>
  readonly kinds: readonly FaultKind[]
  isReply(text: string): boolean
  readonly unavailable: RegExp
  readonly refused: Record<Refusal['kind'], RegExp>
  /** A session said at once, its end included; one message is whole after so many bytes. */
  readonly session: { readonly say: string; readonly wholeBytes: number }
}

export const STALL = '2s'
export const isDead = (observer: Observer) => observer.state() === 'reset'
export const isEnded = (observer: Observer) => observer.state() !== 'open'

/** A sink with this script, on a clock that stands still. */
export async function openScripted(subject: FaultCase, script: Script, tls: TlsMode = 'none') {
  const clock = createManualClock()
  const ledger = createLedger()
  const sink = await subject.open({
    host: '127.0.0.1',
    port: 0,
    tls,
    certificate: subject.certificate(),
    wrongCertificate: subject.wrongCertificate?.(),
    auth: 'optional',
    sizeLimitBytes: 100_000,
    script,
    draws: createDraws('faults'),
    clock,
    ledger,
  })
  return { sink, ledger, clock, [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose]() }
}

/** Says all that leads to a step, and then what brings the sink to it. */
export async function approach(
  subject: FaultCase,
  observer: Observer,
  { before, say }: Approach,
): Promise<void> {
  if (subject.greets && say !== '') await hear(subject, observer)
  for (const words of before) {
    observer.say(words)
    await hear(subject, observer)
  }
  observer.say(say)
}

export async function hear(subject: FaultCase, observer: Observer): Promise<string> {
  let text = ''
  await observer.see(() => {
    text += observer.news()
    return subject.isReply(text)
  })
  return text
}

/** What a client gets of a sink that is sound; by then whatever was to come to another has come. */
async function soundReply(subject: FaultCase, sink: Sink, way: Approach): Promise<string> {
  using other = observe(sink.endpoint)
  await approach(subject, other, way)
  // Awaited, or the connection would be closed before.
  return await hear(subject, other)
}

export interface Scene {
  readonly subject: FaultCase
  readonly way: Approach
  readonly observer: Observer
  readonly faulty: Awaited<ReturnType<typeof openScripted>>
  /** The reply of a sink that is sound. */
  sound(): Promise<string>
}

export type Scenario = (scene: Scene) => Promise<void>

export const endingScenarios: Record<(typeof endings)[number], Scenario> = {
  async reset({ observer }) {
    await observer.see(isDead)
    expect(observer.news()).toBe('')
  },
  async end({ observer }) {
    await observer.see(isEnded)
    expect(observer.news()).toBe('')
    // Nobody is there any more: what is said is answered with a reset, which the next word meets.
    while (!isDead(observer)) {
      observer.say('x\r\n')
      await new Promise(setImmediate)
    }
  },
  async half_close({ observer, sound }) {
    await observer.see(isEnded)
    observer.say('x\r\n')
    await sound()
    expect([observer.news(), observer.state()]).toEqual(['', 'ended'])
  },
  async silence({ observer, sound }) {
    await sound()
    observer.say('x\r\n')
    await sound()
    expect([observer.news(), observer.state()]).toEqual(['', 'open'])
  },
}

const refusal =
  (kind: Refusal['kind']): Scenario =>
  async ({ subject, observer }) => {
    expect(await hear(subject, observer)).toMatch(subject.refused[kind])
  }

const scenarios: Record<
  Exclude<FaultKind, 'unacknowledged' | 'bad_handshake' | 'wrong_certificate'>,
  Scenario
> = {
  ...endingScenarios,
  reject: refusal('reject'),
  defer: refusal('defer'),
  throttle: refusal('throttle'),
  refuse: endingScenarios.reset,
  async stall({ subject, observer, faulty, sound }) {
    await faulty.clock.asleep(1)
    const reply = await sound()
    expect(observer.news()).toBe('')
    faulty.clock.advance(2 * NS_PER_S)
    expect((await hear(subject, observer)).length).toBe(reply.length)
  },
  async drip({ subject, observer, faulty, sound }) {
    await faulty.clock.asleep(1)
    const { length } = await sound()
    let heard = observer.news()
    expect(heard.length).toBeLessThan(length)
    for (let waits = 1; !subject.isReply(heard); waits++) {
      await faulty.clock.asleep(waits)
      faulty.clock.advance(2 * NS_PER_S)
      // A byte, or at first more, of what cannot be dripped.
      const before = heard
      await observer.see(({ news }) => {
        heard += news()
        return heard.length > before.length
      })
    }
    expect(heard.length).toBe(length)
  },
  async truncate({ way, observer, sound }) {
    await observer.see(isDead)
    const half = (await sound()).length >> 1
    // A reset that overtakes the client's own connecting takes the greeting with it.
    const isConnected = way.say !== ''
    expect(isConnected ? [half] : [0, half]).toContain(observer.news().length)
  },
  async garbage({ subject, way, observer }) {
    await observer.see(({ heard }) => heard().endsWith(GARBAGE))
    expect(observer.news()).toBe(GARBAGE)
    observer.say(way.after)
    if (way.after !== '') await hear(subject, observer)
  },
  async endless({ observer }) {
    await observer.see(({ heard }) => heard().length > 300_000)
    expect(observer.news()).not.toContain('\r\n')
    expect(observer.state()).toBe('open')
  },
  async repeat({ observer, sound }) {
    const { length } = await sound()
    await observer.see(({ heard }) => heard().length >= 2 * length)
    const twice = observer.news()
    expect(twice.slice(0, length)).toBe(twice.slice(length))
  },
  async unavailable({ subject, observer }) {
    await observer.see(isEnded)
    expect(observer.news()).toMatch(subject.unavailable)
  },
}

/** What leaves the decision as it is. */
const taking: readonly FaultKind[] = ['stall', 'drip', 'truncate', 'garbage', 'endless', 'repeat']

const lasts = (kind: FaultKind) => kind === 'stall' || kind === 'drip'
/** Once: the next connection finds the sink sound. */
const specOf = (at: Step, kind: FaultKind) => ({ at, do: kind, first: 1, ...(lasts(kind) && { for: STALL }) })

/** Laws of every sink: what each fault looks like to a client, at each step, and what was taken. */
export function testFaults(subject: FaultCase): void {
  /** @returns how many messages were taken of the client that met the fault, if there are any at this step */
  async function play(spec: FaultSpec, way: Approach, scenario: Scenario): Promise<number> {
    await using faulty = await openScripted(
      subject,
      compileScript({ faults: [faultSpec.parse(spec)] }),
      way.tls,
    )
    using observer = observe(faulty.sink.endpoint)
    await approach(subject, observer, way)
    let others = 0
    const sound = () => {
      others++
      return soundReply(subject, faulty.sink, way)
    }
    await scenario({ subject, way, observer, faulty, sound })
    return faulty.ledger.summary().taken - others
  }

  for (const [at, way] of Object.entries(subject.approaches) as [Step, Approach][]) {
    describe(`${subject.name}, at ${at}`, () => {
      for (const [kind, scenario] of Object.entries(scenarios) as [keyof typeof scenarios, Scenario][]) {
        const spec = specOf(at, kind)
        if (!subject.kinds.includes(kind) || !faultSpec.safeParse(spec).success) continue
        it(`${kind}: ${faultKinds[kind].meaning}`, async () => {
          const taken = await play(spec, way, scenario)
          if (at === 'content') expect(taken).toBe(taking.includes(kind) ? 1 : 0)
        })
      }
      if (at !== 'content') return
      if (subject.kinds.includes('drip'))
        it('drip: ends with its client', async () => {
          const script = compileScript({ faults: [faultSpec.parse(specOf(at, 'drip'))] })
          await using faulty = await openScripted(subject, script, way.tls)
          {
            using observer = observe(faulty.sink.endpoint)
            await approach(subject, observer, way)
            await faulty.clock.asleep(1)
          }
          // Sound clients: by the time that each is answered, the sink has noticed what was before.
          await soundReply(subject, faulty.sink, way)
          faulty.clock.advance(2 * NS_PER_S)
          await soundReply(subject, faulty.sink, way)
          expect(faulty.clock.waits()).toBe(1)
        })
      it.each(endings)('unacknowledged, by %s: the message is counted all the same', async by => {
        const spec: FaultSpec = { at, do: 'unacknowledged', by, first: 1 }
        expect(await play(spec, way, endingScenarios[by])).toBe(1)
      })
    })
  }
}
