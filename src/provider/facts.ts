import type { Nanoseconds } from '../clock.ts'
import type { Verdict } from '../sample.ts'

/**
 * What is known of a provider besides its API: the tables of the documentation, `providers` and `doctor` read
 * it. `{NAME}` in a text stands for what the user's environment has under that name.
 */
export interface Facts {
  /** As the provider writes itself. */
  readonly title: string
  /** Where its real API lives, without a path; undefined when it has no home of its own. */
  readonly origin?: string
  /** What a key consists of; the parts of a compound one are joined by colons. */
  readonly key?: string
  readonly smtp?: Relay
  /**
   * Domains that are the provider's alone: its relays and APIs of other regions, and under former names, stand
   * under them, and deliver as those do that are named here. As narrow as need be where its customers' own
   * servers have names under it as well.
   */
  readonly domains?: readonly string[]
  readonly limits: Limits
  /** How a message is sent there that nobody receives. */
  readonly safe: { readonly api: SafeMode; readonly smtp: SafeMode }
  /** Set when a repeated request is answered as the first, and sends nothing. */
  readonly idempotency?: Idempotency
  /** What of a message its API cannot carry. */
  readonly lacks?: readonly Lack[]
  /** How it reports what became of a message. */
  readonly events?: Events
  readonly check: Check
  /** Where these facts come from. */
  readonly sources: readonly string[]
}

/** The way in by SMTP. */
export interface Relay {
  readonly host: string
  /** Ports that begin in clear text and offer STARTTLS (RFC 3207). */
  readonly starttls: readonly number[]
  /** Ports with TLS from the start (RFC 8314 §3.3). */
  readonly implicit: readonly number[]
  readonly user: string
  readonly password: string
}

/** Documented defaults; what is left out is not published, or there is none. */
export interface Limits {
  /** API calls that send, per second. */
  readonly callsPerS?: number
  /** Messages per second by SMTP, and by the API where it counts messages rather than calls. */
  readonly messagesPerS?: number
  /** Largest message; of an API, its request. */
  readonly messageBytes?: number
  /** Recipients of one message. */
  readonly recipients?: number
  /** Header that says how long to wait when throttled. */
  readonly waitHeader?: string
  /** Headers that tell the rate with every answer of a call that sends, be it taken or throttled. */
  readonly rateHeaders?: readonly string[]
  /** Addresses outside ASCII (RFC 6531) are refused. */
  readonly asciiAddresses?: true
  /** What the numbers leave out. */
  readonly note?: string
}

export type SafeMode =
  /** A field of the request, see `Provider.sandboxed`. */
  | { readonly kind: 'flag'; readonly field: string }
  /** A header field of the message. */
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  /** A key that sends nothing. */
  | { readonly kind: 'key'; readonly key: string }
  /** A mailbox that swallows everything; it takes subaddresses. */
  | { readonly kind: 'recipient'; readonly address: string }
  /** Something that the user must arrange with the provider. */
  | { readonly kind: 'account'; readonly how: string }
  | { readonly kind: 'none' }

export interface Idempotency {
  /** How long a key is remembered. */
  readonly lifetimeNs: Nanoseconds
  /** The answer to a key that comes back with another body; without it the first answer is repeated. */
  readonly conflict?: Verdict
  /** The answer to a key whose first request is still under way. */
  readonly pending: Verdict
}

/** What a webhook, or a queue in its place, is told of a message. */
export interface Events {
  /** Where in a report stands what happened. */
  readonly field: string
  /** What it says there; of those that a mail's delivery and reading lead to. */
  readonly names: readonly string[]
  /** Which field of a report has what of the answer to the call that sent, or of the call itself. */
  readonly joinKey: string
  /** What a reader checks that a report is the provider's by; without it there is no signature. */
  readonly signed?: string
}

/**
 * `text`: the plain part, so that a message without HTML goes as HTML, see `htmlOf`; `names`: of recipients;
 * `type`: an attachment's media type; `inline`: parts that the HTML refers to; `inline-names`: their file names;
 * `batch-headers`: fields that each message of a batch has its own of.
 */
export type Lack = 'text' | 'names' | 'type' | 'inline' | 'inline-names' | 'headers' | 'batch-headers'

/**
 * Who else has looked at what our client sends, and at what our mock answers. `sdk`: the official client, at
 * our mock, sends the same and is satisfied. `schema`: the published schema. `types`: the official client's
 * types. `documentation`: nobody.
 */
export interface Check {
  readonly by: 'sdk' | 'schema' | 'types' | 'documentation'
  /** Name of the package. */
  readonly of?: string
}
