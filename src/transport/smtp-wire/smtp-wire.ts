import type { Socket } from 'node:net'
import type { Clock, Nanoseconds } from '../../clock.ts'
import type { Address, TlsTrust } from '../../dial/dial.ts'
import { createDialer } from '../../dial/dialer.ts'
import { type Tap, tapped } from '../../dial/tap.ts'
import { createEncrypt } from '../../dial/tls.ts'
import { UsageError } from '../../errors.ts'
import { evenLimits, type StepLimits } from '../step-limits.ts'
import type { Credentials, Transport } from '../transport.ts'
import { createWatch } from '../watch.ts'
import type { Capabilities } from './capabilities.ts'
import { Commands, checkEnvelope, type Dsn } from './commands.ts'
import { openChannel } from './open-channel.ts'
import { Pool } from './pool.ts'
import type { Mechanism } from './sasl.ts'
import { Session, type SessionOwner } from './session.ts'
import { type Mode, Submission } from './submission.ts'

export interface SmtpWireOptions {
  readonly address: Address
  /** Dials through this relay, which leads to the address. */
  readonly relay?: Address | undefined
  /** `offered`: STARTTLS when the server offers it; `required`: or else the submission fails. */
  readonly tls: 'none' | 'offered' | 'required' | 'implicit'
  readonly trust: TlsTrust
  readonly credentials?: Credentials
  /** @default the best that the server offers */
  readonly mechanism?: Mechanism
  readonly mode: Mode
  /** false: a connection takes one message, as with `messagesPerConnection` of 1. */
  readonly reuse: boolean
  /** The most connections at a time. */
  readonly connections: number
  /** The most messages under way on a connection; in lockstep always one. @default 1 */
  readonly depth?: number
  /** A connection is given up after so many. @default no limit */
  readonly messagesPerConnection?: number
  /** Asked for where the server offers it. */
  readonly dsn?: Dsn
  /** What the client calls itself in EHLO. @default its host name, or its address when that is no domain */
  readonly ehloName?: string
  /** What each step may take: all the same, or each its own. */
  readonly timeoutNs: Nanoseconds | StepLimits
  /** See PhaseTimes. @default false */
  readonly keepsMarks?: boolean
  /** Listens in on every connection, for a transcript. */
  readonly tap?: Tap | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** More than a server says at a time. */
const READ_BYTES = 64 * 1024

/** The mode that a server allows, and why it is not the one that was asked for. */
function modeFor(asked: Mode, { pipelining, chunking }: Capabilities): { mode: Mode; lacks?: string } {
  if (asked === 'lockstep') return { mode: asked }
  if (!pipelining) return { mode: 'lockstep', lacks: 'PIPELINING' }
  if (asked === 'chunked' && !chunking) return { mode: 'pipelined', lacks: 'CHUNKING' }
  return { mode: asked }
}

function checkOptions({ credentials, ehloName = '' }: SmtpWireOptions): void {
  // RFC 4616 §2 and XOAUTH2 part their fields by them.
  if (credentials && /[\0-\x1f\x7f]/.test(credentials.user + credentials.password))
    throw new UsageError('credentials: a control character is in them: leave it out')
  if (/[^\x21-\x7e]/.test(ehloName))
    throw new UsageError(
      `ehloName: ${JSON.stringify(ehloName)} is no name: use a domain, as in mail.example.net`,
    )
}

/** Our own submission client on bare sockets: what the protocol permits, timed at each reply. */
export function smtpWireTransport(options: SmtpWireOptions): Transport {
  checkOptions(options)
  const { address, tls, trust, clock, signal, timeoutNs, reuse, keepsMarks = false } = options
  const limits = typeof timeoutNs === 'number' ? evenLimits(timeoutNs) : timeoutNs
  const depth = options.mode === 'lockstep' ? 1 : (options.depth ?? 1)
  const dialer = createDialer({
    address,
    relay: options.relay,
    ...(tls === 'implicit' && { tls: trust }),
    timeoutNs: limits.ofPhase.connect,
    clock,
    tap: options.tap,
  })
  const encrypt = createEncrypt({ host: address.host, trust })
  const watch = createWatch({ timeoutNs: limits, clock, signal })
  const fallbacks = new Set<string>()
  const setup = {
    ...options,
    dialer,
    readInto: Buffer.allocUnsafeSlow(READ_BYTES),
    encrypt: async (raw: Socket) => tapped(await encrypt(raw), options.tap, clock),
    onFallback: (reason: string) => fallbacks.add(reason),
  }

  async function open(opener: Submission, owner: SessionOwner): Promise<Session | undefined> {
    const ready = await openChannel(opener, setup)
    if (!ready) {
      watch.delete(opener)
      return undefined
    }
    const { channel, capabilities } = ready
    const { mode, lacks } = modeFor(options.mode, capabilities)
    if (lacks) fallbacks.add(`${options.mode}: the server does not offer ${lacks}`)
    if (options.dsn && !capabilities.dsn) fallbacks.add('dsn: the server does not offer DSN')
    return new Session({
      channel,
      commands: new Commands(capabilities, options.dsn),
      mode,
      depth: mode === 'lockstep' ? 1 : depth,
      messages: reuse ? (options.messagesPerConnection ?? Number.POSITIVE_INFINITY) : 1,
      contentByBlock: limits.contentByBlock,
      clock,
      owner,
    })
  }

  const pool = new Pool({
    connections: options.connections,
    depth,
    open,
    onSettled: submission => watch.delete(submission),
  })

  return {
    protocol: 'smtp',
    get connectionsOpened() {
      return dialer.opened
    },
    get fallbacks() {
      return [...fallbacks]
    },
    submit(message) {
      const submission = new Submission(message, keepsMarks)
      submission.enter('encode', clock.nowNs())
      checkEnvelope(message)
      watch.add(submission)
      if (!submission.settled) {
        submission.enter('queue', clock.nowNs())
        pool.submit(submission)
      }
      return submission.reply
    },
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]()
      pool.close()
      dialer[Symbol.dispose]()
    },
  }
}
