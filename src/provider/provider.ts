import type { Message } from '../message/message.ts'
import type { Verdict } from '../sample.ts'

export interface HttpRequest {
  readonly method: 'POST'
  /** Path and query. */
  readonly path: string
  /** Lower-case names. */
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

/** What the mock understood of a request, or why it refuses it. */
export type Received =
  | { readonly kind: 'message'; readonly ids: readonly string[]; readonly recipients: readonly string[] }
  | { readonly kind: 'refusal'; readonly verdict: Verdict }

/** Which keys the mock takes; `undefined` takes any. */
export type KeyCheck = ((key: string) => boolean) | undefined

/**
 * One HTTP dialect, both halves in one file: the client that asks and the mock that answers.
 * Laws, checked by the contract suite: `receive(request(m))` describes m; `verdict(respond(v))` equals v.
 */
export interface Provider {
  readonly name: string
  /** Where its real API lives, without a path; undefined when it has no home of its own. */
  readonly origin?: string
  /** The path under which the mock serves it, and to which the client posts. */
  readonly path: string
  /** Client: encodes a message. @param path overrides the dialect's own, as a URL's path does. */
  request(message: Message, key: string | undefined, path?: string): HttpRequest
  /** Client: true when the status alone does not decide, so that the body must be awaited and read. */
  readonly bodyDecides: boolean
  /** Client: reads an answer. */
  verdict(response: HttpResponse): Verdict
  /** Mock: checks key and body as the provider does. */
  receive(request: HttpRequest, keys: KeyCheck): Received
  /** Mock: words a verdict as the provider does. @param id of the message that was taken */
  respond(verdict: Verdict, id: string): HttpResponse
}
