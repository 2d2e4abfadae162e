import type { Nanoseconds } from '../../clock.ts'

/** How a connection can be lost, or fall silent. */
export const endings = ['reset', 'end', 'half_close', 'silence'] as const
export type Ending = (typeof endings)[number]

/** What can become of a reply on its way. */
export type Damage =
  | { readonly kind: 'truncate' | 'garbage' | 'endless' | 'repeat' }
  | { readonly kind: 'drip'; readonly forNs: Nanoseconds }

/**
 * What a sink does instead of answering as its verdict says. A stall is no fault here: it is think time.
 * A damaged reply comes after the decision, so that its message is taken and counted, as one that is not
 * acknowledged is; the rest comes instead of a decision.
 */
export type Fault =
  | { readonly kind: Ending | 'unavailable' | 'bad_handshake' | 'wrong_certificate' }
  | { readonly kind: 'unacknowledged'; readonly by: Ending }
  | Damage

export function isDamage(fault: Fault): fault is Damage {
  return ['truncate', 'garbage', 'endless', 'repeat', 'drip'].includes(fault.kind)
}

/** Whether the sink decides, and takes what it accepts, before this happens. */
export const isDecided = (fault: Fault): boolean => fault.kind === 'unacknowledged' || isDamage(fault)

/** How a fault ends its connection, if it does without another word. */
export function endingOf(fault: Fault): Ending | undefined {
  return fault.kind === 'unacknowledged' ? fault.by : endings.find(ending => ending === fault.kind)
}

/**
 * What lies in wait on a connection until so many bytes of the protocol were read from (`in`) or written to
 * (`out`) its client. They are counted above TLS.
 */
export interface ByteFault {
  readonly direction: 'in' | 'out'
  readonly afterBytes: number
  readonly fault: { readonly kind: Ending } | { readonly kind: 'stall'; readonly forNs: Nanoseconds }
  /** Told when it springs. */
  readonly onSpring?: () => void
}

export interface StepFacts {
  /** What it is over each protocol; left out where it does not occur. */
  readonly smtp?: string
  readonly http?: string
  /** Whether the sink answers there: what damages a reply needs one. */
  readonly isReplied: boolean
}

const both = (words: string) => ({ smtp: words, http: words })

/** The points at which a sink asks its script, in the order in which they come. */
export const steps = {
  connect: { ...both('a connection was accepted'), isReplied: false },
  tls: { ...both('the first bytes of a TLS handshake came'), isReplied: false },
  greeting: { smtp: 'the 220', isReplied: true },
  hello: { smtp: 'EHLO, HELO', isReplied: true },
  starttls: { smtp: 'STARTTLS', isReplied: true },
  auth: { smtp: 'credentials that are right', isReplied: true },
  sender: { smtp: 'MAIL', isReplied: true },
  recipient: { smtp: 'RCPT', isReplied: true },
  data: { smtp: 'DATA', isReplied: true },
  head: { http: "a request's head came", isReplied: false },
  body: {
    smtp: 'the first bytes of a message came',
    http: 'the first bytes of a body came',
    isReplied: false,
  },
  chunk: { smtp: 'BDAT, but for the last', isReplied: true },
  content: { smtp: 'a message came whole', http: 'a request came whole', isReplied: true },
  rset: { smtp: 'RSET', isReplied: true },
  noop: { smtp: 'NOOP', isReplied: true },
  vrfy: { smtp: 'VRFY', isReplied: true },
  help: { smtp: 'HELP', isReplied: true },
  quit: { smtp: 'QUIT', isReplied: true },
} as const satisfies Record<string, StepFacts>

export type Step = keyof typeof steps
export const stepNames = Object.keys(steps) as [Step, ...Step[]]

export const stepFacts = (step: Step): StepFacts => steps[step]

/** The steps of a protocol. */
export const stepsOf = (protocol: 'smtp' | 'http'): readonly Step[] =>
  stepNames.filter(step => protocol in steps[step])

interface KindFacts {
  readonly meaning: string
  /** `anywhere` includes after so many bytes; `spoken` is every step but `connect` and `tls`. */
  readonly where: 'anywhere' | 'spoken' | 'replied' | Step
}

/** What a script's `faults:` can have done. */
export const faultKinds = {
  refuse: { meaning: 'the connection is reset as soon as it was accepted', where: 'connect' },
  reset: { meaning: 'the connection is reset (RST)', where: 'anywhere' },
  end: { meaning: 'the connection is closed in order (FIN)', where: 'anywhere' },
  half_close: { meaning: 'the sink ends its side (FIN), reads on and does nothing', where: 'anywhere' },
  silence: { meaning: 'nothing more is answered, and the connection stays open', where: 'anywhere' },
  stall: { meaning: 'nothing happens `for` that long, then things go on', where: 'anywhere' },
  drip: { meaning: 'the reply comes byte by byte, over the time of `for`', where: 'replied' },
  truncate: { meaning: 'half of the reply comes, then a reset', where: 'replied' },
  garbage: { meaning: 'a line of bytes that are no reply comes instead of it', where: 'replied' },
  endless: { meaning: 'a reply line begins and never ends', where: 'replied' },
  repeat: { meaning: 'the reply comes twice: from then on replies are out of step', where: 'replied' },
  unavailable: { meaning: '421 or 503, and the connection is closed', where: 'spoken' },
  reject: { meaning: 'it is refused for good: 5xx, over HTTP 422', where: 'replied' },
  defer: { meaning: 'it is refused for now: 4xx, over HTTP 503', where: 'replied' },
  throttle: {
    meaning: 'there is too much of it: 451 4.7.1, over HTTP 429 whose Retry-After is `for` (1s)',
    where: 'replied',
  },
  unacknowledged: {
    meaning:
      'the message is taken and counted, and never acknowledged (RFC 1047): `by` a reset, or another end',
    where: 'content',
  },
  wrong_certificate: {
    meaning: "the certificate is another host's, of an authority that nobody trusts",
    where: 'tls',
  },
  bad_handshake: { meaning: 'a fatal alert (handshake_failure) answers the client', where: 'tls' },
} as const satisfies Record<string, KindFacts>

export type FaultKind = keyof typeof faultKinds
export const faultKindNames = Object.keys(faultKinds) as [FaultKind, ...FaultKind[]]

/**
 * What comes instead of a reply: no reply of SMTP or HTTP/1.1, and for HTTP/2 the head of a frame that is
 * larger than any may be.
 */
export const GARBAGE = '\xff\xfe\x00\x07<<< no reply at all >>>\r\n'
