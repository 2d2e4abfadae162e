import type { HttpHeaders } from '../../provider/provider.ts'
import { ChunkedBody } from './chunked-body.ts'
import { Gathered } from './gathered.ts'
import { readFields } from './response-fields.ts'
import { ResponseHead } from './response-head.ts'

/** Of a response and the interim ones before it (RFC 9110 §15.2), together. */
export const MAX_HEAD_BYTES = 64 * 1024
/** No answer to a submission is longer; a server that sends more is cut off. */
export const MAX_BODY_BYTES = 1024 * 1024

/**
 * Where the parser is: in a head; behind an interim one; in a body, the head being known; behind the response;
 * or where it can read no further.
 */
export type Stage = 'head' | 'interim' | 'body' | 'end' | 'failed'

const NOWHERE = Buffer.alloc(0)
/** Longer heads are read each time. */
const KNOWN_BYTES_MAX = 512

/**
 * Reads one response after another from octets that come in pieces, split anywhere, and that need not outlive
 * the call. It stops behind each head and behind each response, so that whoever reads can say whose it is.
 */
export class ResponseParser {
  stage: Stage = 'head'
  /** Set while the stage is `failed`. */
  fault = ''
  /** The body is kept when this is set while its head is known. */
  keepsBody = false
  readonly #head = new ResponseHead()
  /** The octets that `#head` has understood. */
  readonly #known = Buffer.allocUnsafeSlow(KNOWN_BYTES_MAX)
  #knownBytes = 0
  readonly #chunked = new ChunkedBody()
  /** Of a head that came in pieces. */
  readonly #pending = new Gathered()
  /** Of interim heads before this one. */
  #earlierBytes = 0
  /** Where the head lies, until more is read. */
  #headIn: Buffer = NOWHERE
  #headFrom = 0
  #headEnd = 0
  readonly #body = new Gathered()
  /** Of the body, whether it is kept or not. */
  #bodyBytes = 0
  /** Of a body whose length was announced; -1 when it ends with the connection. */
  #leftBytes = 0

  get status(): number {
    return this.#head.status
  }

  /** Whether another response can follow on this connection. */
  get persists(): boolean {
    return this.#head.persists && this.#leftBytes >= 0
  }

  /** See ResponseHead. */
  get keepAliveS(): number {
    return this.#head.keepAliveS
  }

  /** The fields of the head that has just been read: the next call of `read` may overwrite them. */
  headers(): HttpHeaders {
    return readFields(this.#headIn.toString('latin1', this.#headFrom, this.#headEnd))
  }

  /** The body, as far as it was kept. */
  body(): string {
    return this.#body.bytes.toString('utf8', 0, this.#body.sizeBytes)
  }

  /** Makes ready for the response after this one, or after this interim one. */
  next(): void {
    this.#earlierBytes = this.stage === 'interim' ? this.#earlierBytes + this.#headEnd - this.#headFrom : 0
    this.stage = 'head'
    this.keepsBody = false
    this.#headIn = NOWHERE
    this.#pending.clear()
    this.#body.clear()
    this.#bodyBytes = 0
    this.#leftBytes = 0
  }

  /** Reads `bytes` up to `to`, or up to where the stage changes. @returns how far */
  read(bytes: Buffer, from: number, to: number): number {
    if (this.stage === 'head')
      return this.#pending.sizeBytes > 0 ? this.#readOn(bytes, from, to) : this.#readHead(bytes, from, to)
    return this.#head.isChunked ? this.#readChunks(bytes, from, to) : this.#readBody(bytes, from, to)
  }

  /** The connection has ended. @returns whether the response is complete by that (RFC 9112 §6.3, rule 8) */
  finish(): boolean {
    if (this.stage === 'body' && this.#leftBytes < 0) this.stage = 'end'
    return this.stage === 'end'
  }

  #fail(fault: string): void {
    this.stage = 'failed'
    this.fault = fault
  }

  #readHead(bytes: Buffer, from: number, to: number): number {
    if (this.#isKnown(bytes, from, to)) {
      this.#endHead(bytes, from, from + this.#knownBytes)
      return from + this.#knownBytes
    }
    this.#head.reset()
    this.#knownBytes = 0
    const end = this.#head.read(bytes, from, to)
    if (end < 0 && this.#head.fault === undefined) return this.#readOn(bytes, from, to)
    this.#endHead(bytes, from, end)
    if (end - from <= KNOWN_BYTES_MAX && end > 0) this.#knownBytes = bytes.copy(this.#known, 0, from, end)
    return end < 0 ? to : end
  }

  /** A server's replies are alike: a head that is the one before, octet for octet, says the same. */
  #isKnown(bytes: Buffer, from: number, to: number): boolean {
    const end = from + this.#knownBytes
    return (
      this.#knownBytes > 0 && end <= to && bytes.compare(this.#known, 0, this.#knownBytes, from, end) === 0
    )
  }

  /** Keeps what is no whole head yet, and reads it there. */
  #readOn(bytes: Buffer, from: number, to: number): number {
    const before = this.#pending.sizeBytes
    const fit = Math.min(to, from + MAX_HEAD_BYTES - this.#earlierBytes - before)
    this.#pending.append(bytes, from, fit)
    const end = this.#head.read(this.#pending.bytes, 0, this.#pending.sizeBytes)
    if (end >= 0 || this.#head.fault !== undefined) this.#endHead(this.#pending.bytes, 0, end)
    else if (fit < to) this.#fail('its head is too large')
    return end < 0 ? to : from + end - before
  }

  #endHead(bytes: Buffer, from: number, end: number): void {
    const { fault, status, isChunked, lengthBytes } = this.#head
    if (fault !== undefined) return this.#fail(fault)
    if (this.#earlierBytes + end - from > MAX_HEAD_BYTES) return this.#fail('its head is too large')
    this.#headIn = bytes
    this.#headFrom = from
    this.#headEnd = end
    // We asked for no other protocol (RFC 9110 §15.2.2).
    if (status === 101) return this.#fail('it switches to another protocol')
    if (status < 200) this.stage = 'interim'
    // These have no body, whatever their fields say (RFC 9112 §6.3, rule 1).
    else if (status === 204 || status === 304) this.stage = 'end'
    else if (isChunked) this.#beginChunks()
    else this.#beginBody(lengthBytes)
  }

  #beginChunks(): void {
    this.#chunked.reset()
    this.stage = 'body'
  }

  #beginBody(lengthBytes: number): void {
    this.#leftBytes = lengthBytes
    this.stage = lengthBytes === 0 ? 'end' : 'body'
  }

  #readBody(bytes: Buffer, from: number, to: number): number {
    const end = this.#leftBytes < 0 ? to : Math.min(to, from + this.#leftBytes)
    if (this.#leftBytes > MAX_BODY_BYTES) this.#fail('its body is too large')
    else this.#take(bytes, from, end)
    if (this.#leftBytes < 0 || this.stage === 'failed') return end
    this.#leftBytes -= end - from
    if (this.#leftBytes === 0) this.stage = 'end'
    return end
  }

  #readChunks(bytes: Buffer, from: number, to: number): number {
    let at = from
    while (at < to && this.stage === 'body') {
      at = this.#chunked.read(bytes, at, to)
      if (this.#chunked.fault !== undefined) this.#fail(this.#chunked.fault)
      else this.#take(bytes, this.#chunked.dataFrom, this.#chunked.dataTo)
      if (this.#chunked.ended) this.stage = 'end'
    }
    return at
  }

  #take(bytes: Buffer, from: number, to: number): void {
    this.#bodyBytes += to - from
    if (this.#bodyBytes > MAX_BODY_BYTES) return this.#fail('its body is too large')
    // A copy: the octets are overwritten by what is read next.
    if (this.keepsBody) this.#body.append(bytes, from, to)
  }
}
