import type { Clock, Nanoseconds } from '../clock.ts'
import type { TlsTrust } from '../dial/dial.ts'
import type { LinkSpec } from '../link/link.ts'
import type { Message } from '../message/message.ts'
import { type Phase, phases } from '../phase.ts'
import type { Provider } from '../provider/provider.ts'
import type { Reply } from '../sample.ts'
import { httpWireTransport } from '../transport/http-wire/http-wire.ts'
import { smtpWireTransport } from '../transport/smtp-wire/smtp-wire.ts'
import { startLinkSide } from '../trial/link-side.ts'
import type { Mode } from '../trial/pairings.ts'
import type { Target } from '../trial/target.ts'
import { type Capability, capabilitiesOf } from './capability.ts'
import type { Line } from './flow.ts'
import { hintOf } from './hint.ts'
import { httpView } from './http-view.ts'
import { smtpView } from './smtp-view.ts'
import { createTranscript, type Transcript } from './transcript.ts'

export interface ProbeOptions {
  readonly target: Target
  readonly message: Message
  /** Of SMTP. */
  readonly mode: Mode
  readonly link: LinkSpec
  readonly trust: TlsTrust
  readonly provider: Provider
  readonly timeoutNs: Nanoseconds
  readonly mask: (text: string) => string
  readonly clock: Clock
  readonly signal: AbortSignal
}

export interface ProbedPhase {
  readonly phase: Phase
  readonly spanNs: Nanoseconds
  readonly roundTrips: number
}

/** All that one message told of its server. */
export interface Probed {
  readonly startNs: Nanoseconds
  readonly endNs: Nanoseconds
  readonly lines: readonly Line[]
  readonly phases: readonly ProbedPhase[]
  readonly roundTrips: number
  /** On the wire, encryption included. */
  readonly bytesUp: number
  readonly bytesDown: number
  readonly capabilities: readonly Capability[]
  /** Why less was done than was asked for. */
  readonly fallbacks: readonly string[]
  readonly reply: Reply
  /** What a failure may come from, and what to try. */
  readonly hint: string | undefined
}

function openTransport(options: ProbeOptions, relay: { host: string; port: number }, tap: Transcript) {
  const { target, mode, trust, provider, timeoutNs, clock, signal } = options
  const { address } = target
  const once = {
    address,
    relay,
    reuse: false,
    connections: 1,
    keepsMarks: true,
    timeoutNs,
    clock,
    signal,
    tap,
  }
  if (target.protocol === 'smtp') {
    const { tls, credentials } = target
    return smtpWireTransport({ ...once, tls, trust, mode, ...(credentials && { credentials }) })
  }
  const { encrypted, path, key } = target
  return httpWireTransport({
    ...once,
    mode: 'lockstep',
    provider,
    ...(encrypted && { trust }),
    ...(path !== undefined && { path }),
    ...(key !== undefined && { key }),
  })
}

function phasesOf({ phases: times }: Reply, { trips }: Transcript, endNs: Nanoseconds): ProbedPhase[] {
  const counts = new Map<Phase, number>()
  for (const { atNs, of } of trips) {
    if (atNs > endNs) continue
    const phase = of ?? times.marks?.findLast(mark => mark.atNs <= atNs)?.phase
    if (phase) counts.set(phase, (counts.get(phase) ?? 0) + 1)
  }
  return phases.flatMap(phase => {
    const spanNs = times.get(phase)
    return spanNs === undefined ? [] : [{ phase, spanNs, roundTrips: counts.get(phase) ?? 0 }]
  })
}

/** Submits one message over a connection of its own, and tells all that happened. */
export async function probe(options: ProbeOptions): Promise<Probed> {
  const { target, message, link, mask, clock } = options
  const view = target.protocol === 'smtp' ? smtpView() : httpView()
  const transcript = createTranscript(view, mask, clock)
  // Also where nothing is emulated: a relay counts what crosses the wire.
  await using side = await startLinkSide()
  await using relay = await side.open({ target: target.address, spec: link, seed: 'probe' })
  const transport = openTransport(options, relay.address, transcript)
  const startNs = clock.nowNs()
  transcript.note(`submitting to ${target.display}`)
  const reply = await transport.submit(message)
  const endNs = clock.nowNs()
  await transport[Symbol.asyncDispose]()
  transcript.end()
  const log = await relay.log()
  const probed = phasesOf(reply, transcript, endNs)
  const bytesDown = log?.totals.bytesDown ?? 0
  return {
    startNs,
    endNs,
    lines: transcript.lines,
    phases: probed,
    roundTrips: probed.reduce((sum, { roundTrips }) => sum + roundTrips, 0),
    bytesUp: log?.totals.bytesUp ?? 0,
    bytesDown,
    capabilities: capabilitiesOf(target.protocol, transcript),
    fallbacks: transport.fallbacks ?? [],
    reply: { ...reply, ...(reply.text !== undefined && { text: mask(reply.text) }) },
    hint: log && hintOf(target, reply, bytesDown),
  }
}
