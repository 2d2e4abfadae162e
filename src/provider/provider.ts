import type { Content, Message } from '../message/message.ts'
import type { Verdict } from '../sample.ts'
import type { Facts } from './facts.ts'
import type { Keys } from './key.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  /** Path and query. */
  readonly path: string
  /** Lower-case names. Where `host` is among them, it is signed: the client must send that one. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Lower-case names; a field that was repeated has all its values. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

export interface HttpResponse {
  readonly status: number
  readonly headers: HttpHeaders
  readonly body: string
}

/** Client: how answers are read. */
export interface AnswerReader {
  /** True when the status alone does not decide, so that the body must be awaited and read. */
  readonly bodyDecides: boolean
  /** @param messages how many the call carried. @default 1 */
  verdict(response: HttpResponse, messages?: number): Verdict
}

/** Client: a call that sends one message. */
export interface Sender extends AnswerReader {
  /** Where it is made by default; a segment `:name` stands for one that depends on the message or the key. */
  readonly path: string
  /**
   * Encodes a message: alike messages of a trial alike, but for the identity's digits, wherever the API allows.
   * @param path overrides the dialect's own, as a URL's path does
   */
  request(message: Message, key: string | undefined, path?: string): HttpRequest
}

/** Client: a call that sends many messages. */
export interface BatchSender {
  readonly path: string
  readonly messagesMax: number
  /** Calls a second, where these have a limit of their own: it is then the only one that they have. */
  readonly callsPerS?: number
  /** The provider advises so many, and takes more. */
  readonly maxIsAdvice?: true
  /**
   * What is a message's own is told by its recipient's address: no address may come twice in a call, or what is said
   * of it last holds of all its messages.
   */
  readonly keyedByAddress?: true
  /**
   * What an answer says of a message that is refused while others of its call are taken, where it does not say
   * which: `counted`, how many there are, which leaves all of the call in doubt; `later`, nothing, so that all
   * pass for accepted.
   */
  readonly refusals?: 'counted' | 'later'
  /** All messages are of one template. @param messages at most `messagesMax` */
  request(messages: readonly Message[], key: string | undefined, path?: string): HttpRequest
  /** One for each message, in their order. */
  verdicts(response: HttpResponse, count: number): readonly Verdict[]
}

/** The addresses of each of the three lists. */
export interface Addressees {
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
}

/** A message as the mock understood it. */
export interface ReceivedMessage {
  /** What identifies it to the ledger; undefined for somebody else's. */
  readonly id: string | undefined
  /** Of To, Cc and Bcc. */
  readonly recipients: readonly string[]
  /** The same, where the answer says who stands in which list. */
  readonly addressees?: Addressees
  /** Those that it is not taken for, where it is taken for others. */
  readonly recipientsRefused?: readonly string[]
  /** Set when this one of a batch is refused and the others are not. */
  readonly refusal?: Verdict
  /** What of the request the answer repeats. */
  readonly echo?: Readonly<Record<string, string>>
  /** As it was sent: structured, or the bytes of RFC 5322. Decoded when asked for, which sinks never do. */
  content(): Content | Buffer
}

/** A call that the mock takes. Without messages it only asked whether its key is right. */
export interface Taken {
  readonly kind: 'taken'
  readonly messages: readonly ReceivedMessage[]
  /** The request said that nothing is to be sent. */
  readonly sandboxed?: boolean
  /** Names the request, so that a repetition is known as one. */
  readonly idempotencyKey?: string
  /** Whose key that is: two accounts may use the same. */
  readonly account?: string
}

export type Received = Taken | { readonly kind: 'refused'; readonly verdict: Verdict }

/** What the mock adds to an answer. */
export interface Stamp {
  /** From which ids are made; a call with n messages has n of them. */
  readonly serial: number
  /** Milliseconds since the Unix epoch. */
  readonly wallMs: number
}

/** Mock: one path of the API. */
export interface Route {
  readonly method: 'GET' | 'POST'
  /** A segment `:name` stands for any. */
  readonly path: string
  /** The largest body that it takes. */
  readonly bytesMax?: number
  /** Checks key and body as the provider does. */
  receive(request: HttpRequest, keys: Keys): Received
  /** Answers a call that was taken. */
  accept(taken: Taken, stamp: Stamp): HttpResponse
  /** Words a refusal of the whole call as the provider does. */
  refuse(verdict: Verdict, stamp: Stamp): HttpResponse
}

/**
 * One provider's HTTP API, both halves: the client that asks and the mock that answers. `NAME.ts` is the provider;
 * what would make it too long stands beside it as `NAME-*.ts`, which nothing else imports.
 * Laws, checked by the contract suite: what a route receives of a request describes the message; what a client
 * reads of an answer is what the mock meant.
 */
export interface Provider extends Sender, Facts {
  readonly name: string
  /** The call that takes the message's own bytes (RFC 5322), where the API has one. */
  readonly raw?: Sender
  readonly batch?: BatchSender
  /** The cheapest call that needs a right key, and sends nothing; `verdict` reads its answer. */
  account?(key: string | undefined): HttpRequest
  /** The same dialect with its sandbox flag set, where safe mode is a flag. */
  sandboxed?(): Provider
  readonly routes: readonly Route[]
}
