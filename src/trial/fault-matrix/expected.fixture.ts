import type { Phase } from '../../phase.ts'
import type { Cause, Outcome } from '../../sample.ts'
import type { Step } from '../../sink/fault/fault.ts'
import { refusalAt } from '../../sink/fault/refusal.ts'
import { type ClientLabel, type FaultName, kindOf, type Protocol, type Scene } from './cells.fixture.ts'

/** What a client has to report, and whether the sink has taken the message in the end. */
export interface Result {
  readonly outcome: Outcome
  readonly phase?: Phase | undefined
  readonly cause?: Cause | undefined
  readonly code?: number | undefined
  readonly enhancedCode?: string | undefined
  /** `either` only of what is in doubt: it depends on which of two sides is the quicker. */
  readonly taken: 'yes' | 'no' | 'either'
}

/** Where a client is while the sink comes to a step. */
const phaseAt: Record<Protocol, Partial<Record<Step, Phase>>> = {
  smtp: {
    connect: 'greeting',
    greeting: 'greeting',
    hello: 'hello',
    starttls: 'starttls',
    tls: 'tls',
    auth: 'auth',
    sender: 'envelope',
    recipient: 'envelope',
    data: 'data',
    body: 'reply',
    content: 'reply',
  },
  // A request has been written before anybody could have seen its connection.
  http: { connect: 'wait', tls: 'tls', head: 'wait', body: 'wait', content: 'wait' },
}

/** Whether the whole message is on its way by then: without an answer it is in doubt from there on. */
function isHandedOver({ protocol, step }: Scene, client: ClientLabel): boolean {
  if (step === 'body' || step === 'content') return true
  if (protocol === 'http') return step !== 'tls'
  return client === 'wire chunked' && (step === 'sender' || step === 'recipient')
}

const accepted = { smtp: 250, http: 202 } as const
const unavailable = { smtp: { code: 421, enhancedCode: '4.3.2' }, http: { code: 503 } } as const

/** How a fault that leaves no answer shows. */
const causeOfFault: Partial<Record<FaultName, Cause>> = {
  refuse: 'reset',
  reset: 'reset',
  end: 'reset',
  'half close': 'reset',
  truncate: 'reset',
  'unacknowledged, reset': 'reset',
  'unacknowledged, end': 'reset',
  'unacknowledged, half close': 'reset',
  silence: 'timeout',
  'stall too long': 'timeout',
  'drip too slow': 'timeout',
  'unacknowledged, silence': 'timeout',
  garbage: 'protocol',
  endless: 'protocol',
  repeat: 'protocol',
  'bad handshake': 'tls',
  'wrong certificate': 'tls',
}

/** What is done to an answer, and no less after the decision. */
const afterDecision: readonly FaultName[] = [
  'drip too slow',
  'truncate',
  'garbage',
  'endless',
  'unacknowledged, reset',
  'unacknowledged, end',
  'unacknowledged, half close',
  'unacknowledged, silence',
]
const harmless: readonly FaultName[] = ['stall, then on', 'drip, in time']

/** What any client has to report, by what has been sent, what has come, and nothing else. */
function theory(scene: Scene, fault: FaultName, client: ClientLabel): Result {
  const { protocol, step } = scene
  const phase = phaseAt[protocol][step]
  const kind = kindOf(fault)
  if (harmless.includes(fault) || (fault === 'repeat' && step === 'content'))
    return { outcome: 'accepted', code: accepted[protocol], taken: 'yes' }
  if (kind === 'unavailable')
    return { outcome: 'deferred', phase, cause: 'server', ...unavailable[protocol], taken: 'no' }
  if (kind === 'reject' || kind === 'defer' || kind === 'throttle') {
    const { outcome, cause, code, enhancedCode } = refusalAt(scene, { kind, retryAfterNs: 0 })
    return { outcome, phase, cause, code, ...(enhancedCode && { enhancedCode }), taken: 'no' }
  }
  const outcome = isHandedOver(scene, client) ? 'in_doubt' : 'faulted'
  const isTaken = step === 'content' && afterDecision.includes(fault)
  return { outcome, phase, cause: causeOfFault[fault], taken: isTaken ? 'yes' : 'no' }
}

/** Where clients rightly differ from the theory, and why. */
export interface Exception {
  readonly protocol: Protocol
  readonly at: readonly Step[]
  readonly do: readonly FaultName[]
  readonly clients: readonly ClientLabel[]
  /** These stand instead of what theory says; several where a race decides. */
  readonly results: readonly Partial<Result>[]
  readonly because: string
}

const allSmtp = ['nodemailer', 'wire lockstep', 'wire pipelined', 'wire chunked'] as const
const allHttp = ['undici', 'undici h2', 'wire lockstep', 'wire pipelined'] as const
const yes = { outcome: 'accepted', phase: undefined, cause: undefined, taken: 'yes' } as const

export const exceptions: readonly Exception[] = [
  {
    protocol: 'smtp',
    at: ['connect', 'greeting'],
    do: ['refuse', 'reset', 'truncate'],
    clients: allSmtp,
    results: [{}, { phase: 'connect' }],
    because: 'a reset may overtake the news that the connection is open',
  },
  {
    protocol: 'http',
    at: ['connect'],
    do: ['refuse', 'reset'],
    clients: allHttp,
    results: [
      {},
      ...(['connect', 'queue', 'send'] as const).map(phase => ({ outcome: 'faulted' as const, phase })),
    ],
    because: 'a reset may overtake the news that the connection is open, or the request',
  },
  {
    protocol: 'smtp',
    at: ['body'],
    do: ['reset', 'end', 'half close'],
    clients: ['nodemailer'],
    results: [{}, { outcome: 'faulted', phase: 'content' }],
    because: 'nodemailer writes a message piece by piece, and may not have written the last',
  },
  {
    protocol: 'smtp',
    at: ['body'],
    do: ['unavailable'],
    clients: ['nodemailer'],
    results: [{}, { phase: 'content' }],
    because: 'nodemailer writes a message piece by piece: the 421 may come while it does',
  },
  {
    protocol: 'smtp',
    at: ['starttls'],
    do: ['throttle'],
    clients: allSmtp,
    results: [{ cause: 'tls' }],
    because: 'whatever STARTTLS is refused with, there is no TLS (RFC 3207 §4)',
  },
  {
    protocol: 'smtp',
    at: ['sender', 'recipient'],
    do: ['garbage'],
    clients: ['wire chunked'],
    results: [{ taken: 'either' }],
    because:
      'the whole message is behind its envelope: the sink may read on before it learns that the client is gone',
  },
  {
    protocol: 'smtp',
    at: ['greeting'],
    do: ['repeat'],
    clients: ['nodemailer'],
    results: [{ outcome: 'rejected', phase: 'envelope', cause: 'auth', code: 530, enhancedCode: '5.7.0' }],
    because: 'nodemailer takes the second greeting for the answer to EHLO, and sees no AUTH in it',
  },
  {
    protocol: 'smtp',
    at: ['starttls'],
    do: ['repeat'],
    clients: ['nodemailer'],
    results: [{ ...yes, code: 250 }],
    because: 'nodemailer drops what follows the reply to STARTTLS in the clear',
  },
  {
    protocol: 'smtp',
    at: ['starttls'],
    do: ['repeat'],
    clients: ['wire lockstep', 'wire pipelined', 'wire chunked'],
    results: [{ cause: 'tls' }],
    because: 'what follows the reply to STARTTLS in the clear is nobody knows whose (RFC 3207 §6)',
  },
  {
    protocol: 'smtp',
    at: ['hello', 'auth', 'sender', 'recipient', 'data'],
    do: ['repeat'],
    clients: ['nodemailer'],
    results: [{ phase: 'content' }],
    because: 'nodemailer takes 2xx for 354: it stumbles over the reply too many where the message would go',
  },
  {
    protocol: 'smtp',
    at: ['sender'],
    do: ['repeat'],
    clients: ['wire pipelined'],
    results: [{ phase: 'data' }],
    because: 'replies to a group look alike: a 250 too many shows where a 354 is due',
  },
  {
    protocol: 'smtp',
    at: ['recipient'],
    do: ['repeat'],
    clients: ['wire lockstep', 'wire pipelined'],
    results: [{ phase: 'data' }],
    because: 'a 250 too many shows where a 354 is due',
  },
  {
    protocol: 'smtp',
    at: ['sender', 'recipient'],
    do: ['repeat'],
    clients: ['wire chunked'],
    results: [{ ...yes, code: 250 }],
    because: 'with BDAT all replies are 250: nothing tells that there is one too many, until after the last',
  },
  {
    protocol: 'smtp',
    at: ['data'],
    do: ['repeat'],
    clients: ['wire lockstep', 'wire pipelined'],
    results: [{ phase: 'content' }],
    because: 'the first 354 has been taken; the second comes before the message has gone',
  },
  {
    protocol: 'http',
    at: ['content'],
    do: ['truncate', 'endless', 'drip too slow'],
    clients: ['undici h2'],
    results: [{ ...yes, code: 202 }],
    because: "over HTTP/2 it is the response's body that is harmed; its head has come, and decides",
  },
  {
    protocol: 'http',
    at: ['content'],
    do: ['endless'],
    clients: ['undici'],
    results: [{ cause: 'timeout' }],
    because: 'undici bounds header fields and body, and not the status line',
  },
]

export const isExceptional =
  ({ protocol, step }: Scene, fault: FaultName, client: ClientLabel) =>
  (exception: Exception) =>
    exception.protocol === protocol &&
    exception.at.includes(step) &&
    exception.do.includes(fault) &&
    exception.clients.includes(client)

/** What may come of a cell; more than one result only where a race decides. */
export function expectedOf(scene: Scene, fault: FaultName, client: ClientLabel): readonly Result[] {
  const base = theory(scene, fault, client)
  const exception = exceptions.find(isExceptional(scene, fault, client))
  return exception ? exception.results.map(result => ({ ...base, ...result })) : [base]
}

/** `in_doubt reply reset`, `deferred hello server 421 4.3.2`. */
export function inWords({ outcome, phase, cause, code, enhancedCode }: Omit<Result, 'taken'>): string {
  return [outcome, phase, cause, code, enhancedCode].filter(part => part !== undefined).join(' ')
}
