import { once } from 'node:events'
import { expect } from 'vitest'
import { type Clock, type Nanoseconds, NS_PER_S, systemClock } from '../clock.ts'
import type { Address, TlsTrust } from '../dial/dial.ts'
import { createDialer } from '../dial/dialer.ts'
import type { Template } from '../message/message.ts'
import type { Phase } from '../phase.ts'
import type { SinkUser, TlsMode } from '../sink/sink.ts'
import type { MarkedSubmission } from '../stats/round-trips.ts'
import type { Transport } from '../transport/transport.ts'
import { startFarSide } from './far-side.ts'
import { type Relay, startLinkSide } from './link-side.ts'

/** What a client is opened with: one connection, kept, with its instants. */
export interface AnatomyOptions {
  readonly address: Address
  readonly relay: Address
  readonly tls: TlsMode
  readonly trust: TlsTrust
  /** Of a server that asks for authentication. */
  readonly user: SinkUser | undefined
  readonly reuse: true
  readonly connections: 1
  readonly keepsMarks: true
  readonly timeoutNs: Nanoseconds
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** One client in one mode against one kind of server, and what docs/measurement.md says of it. */
export interface AnatomyCase {
  readonly name: string
  readonly server: { readonly protocol: 'smtp' | 'http'; readonly tls: TlsMode; readonly auth: boolean }
  readonly open: (options: AnatomyOptions) => Transport
  readonly recipients?: number
  /** Round trips of a submission that opens its connection, from SYN to reply, by phase. */
  readonly cold: Partial<Record<Phase, number>>
  /** Of one that finds it open. */
  readonly warm: Partial<Record<Phase, number>>
}

/** Submissions of a connection that find it open, after the one that opens it. */
const WARM = 2

const user: SinkUser = { user: 'anatomy', password: 'secret' }

/** A dialogue that takes a round trip an exchange, and no work: RFC 5321 §4.1.1.9. */
const NOOPS = 3

/** What cases share: sinks of every kind that they need, and links. */
export interface Sides extends AsyncDisposable {
  /** A link of that length to the case's server. */
  link(subject: Pick<AnatomyCase, 'server'>, rttMs: number): Promise<Relay>
  /** A link of that length to a server without TLS, for a bare dialogue. */
  bareLink(rttMs: number): Promise<Relay>
  /** How long each exchange of a bare dialogue takes, in a round trip each. */
  converse(relay: Relay): Promise<Nanoseconds[]>
  /** Submits one after the other over one connection, which the first of them opens. */
  submitThrough(relay: Relay, subject: AnatomyCase, template: Template): Promise<MarkedSubmission[]>
}

async function submitAll(transport: Transport, template: Template): Promise<MarkedSubmission[]> {
  const submissions: MarkedSubmission[] = []
  for (let index = 0; index <= WARM; index++) {
    const message = template.message(index)
    const startNs = systemClock.nowNs()
    const { outcome, connectionId, phases } = await transport.submit(message)
    const endNs = systemClock.nowNs()
    expect(outcome).toBe('accepted')
    submissions.push({ connectionId, startNs, endNs, marks: phases.marks ?? [] })
  }
  expect(transport.connectionsOpened).toBe(1)
  return submissions
}

async function converse(relay: Relay): Promise<Nanoseconds[]> {
  const { address } = relay
  using dialer = createDialer({ address, relay: address, timeoutNs: 10 * NS_PER_S, clock: systemClock })
  const { socket } = await dialer.dial(() => {})
  const spansNs: Nanoseconds[] = []
  await once(socket, 'data')
  for (let exchange = 0; exchange < NOOPS; exchange++) {
    const startNs = systemClock.nowNs()
    socket.write('NOOP\r\n')
    await once(socket, 'data')
    spansNs.push(systemClock.nowNs() - startNs)
  }
  return spansNs
}

const bareServer = { protocol: 'smtp', tls: 'none', auth: false } as const

export async function startSides(cases: readonly AnatomyCase[]): Promise<Sides> {
  const keyOf = ({ protocol, tls, auth }: AnatomyCase['server']) => `${protocol} ${tls} ${auth}`
  const wanted = [bareServer, ...cases.map(({ server }) => server)]
  const servers = new Map(wanted.map(server => [keyOf(server), server]))
  const keys = [...servers.keys()]
  const farSide = await startFarSide({
    listeners: [...servers.values()],
    script: {},
    seed: 'anatomy',
    users: [user],
    keys: [user.password],
  })
  const linkSide = await startLinkSide()

  function addressOf({ server }: Pick<AnatomyCase, 'server'>): Address {
    const endpoint = farSide.endpoints[keys.indexOf(keyOf(server))]
    if (!endpoint) throw new Error(`no sink for ${keyOf(server)}`)
    return { host: endpoint.host, port: endpoint.port }
  }
  const link: Sides['link'] = (subject, rttMs) =>
    linkSide.open({ target: addressOf(subject), spec: { rtt: `${rttMs}ms` }, seed: 'anatomy' })

  return {
    link,
    bareLink: rttMs => link({ server: bareServer }, rttMs),
    converse,
    async submitThrough(relay, subject, template) {
      const { server, open } = subject
      await using transport = open({
        address: addressOf(subject),
        relay: relay.address,
        tls: server.tls,
        trust: { ca: farSide.ca, insecure: false, resume: false },
        user: server.auth ? user : undefined,
        reuse: true,
        connections: 1,
        keepsMarks: true,
        timeoutNs: 10 * NS_PER_S,
        clock: systemClock,
        signal: new AbortController().signal,
      })
      return await submitAll(transport, template)
    },
    async [Symbol.asyncDispose]() {
      await linkSide[Symbol.asyncDispose]()
      await farSide[Symbol.asyncDispose]()
    },
  }
}
