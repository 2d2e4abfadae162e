import { hasMember, numberIn, numberOf, trimmed } from './field-value.ts'
import { COLON, CR, digitOf, HTAB, isText, isToken, isWordAt, LF, SP, word } from './octets.ts'

const HTTP_1 = word('http/1.')
const CONNECTION = word('connection')
const KEEP_ALIVE = word('keep-alive')
const CONTENT_LENGTH = word('content-length')
const TRANSFER_ENCODING = word('transfer-encoding')
const CLOSE = word('close')
const CHUNKED = word('chunked')
const TIMEOUT = word('timeout=')

/** `HTTP/1.1 200`, of which the last digit is followed by a space, or by the end of the line. */
const STATUS_AT = 9
const STATUS_LINE_MIN = 12

const NO_STATUS_LINE = 'its status line is not of HTTP/1.x'

/** What cannot become a status line is told at once: more of it might never come. */
function beginsAsHttp(bytes: Uint8Array, from: number, to: number): boolean {
  const isLong = to - from >= HTTP_1.length
  return isWordAt(bytes, from, isLong ? HTTP_1 : HTTP_1.subarray(0, to - from))
}

const isBlank = (octet: number | undefined) => octet === SP || octet === HTAB

/** Three digits, of which the first is not 0 (RFC 9110 §15); 0 when they are not. */
function statusAt(bytes: Uint8Array, at: number): number {
  const [a, b, c] = [digitOf(bytes[at]), digitOf(bytes[at + 1]), digitOf(bytes[at + 2])]
  return a < 1 || b < 0 || c < 0 ? 0 : 100 * a + 10 * b + c
}

/**
 * The head of one response, read where it lies: of its fields only those that say where the message ends
 * (RFC 9112 §6.3) and what becomes of the connection (§9.3).
 *
 * It is read as strictly as RFC 9112 allows: lines end in CRLF (§2.2), and nothing that two readers could
 * understand in two ways is accepted, since what is left over would be taken for the next reply.
 */
export class ResponseHead {
  /** 0 until the status line was read. */
  status = 0
  /** What makes it no head of HTTP/1.x. */
  fault: string | undefined
  /** Of Content-Length; -1 without it. */
  lengthBytes = -1
  isChunked = false
  /** Of a Keep-Alive field (RFC 2068 §19.7.1): how long the server keeps the connection; -1 without it. */
  keepAliveS = -1
  #minorVersion = 1
  #saysClose = false
  #saysKeepAlive = false
  // All of these count from where the head begins, since what is incomplete is moved.
  #seekAt = 0
  #lineAt = 0
  #fieldAt = -1
  #fieldEnd = -1

  reset(): void {
    this.status = 0
    this.fault = undefined
    this.lengthBytes = -1
    this.isChunked = false
    this.keepAliveS = -1
    this.#saysClose = false
    this.#saysKeepAlive = false
    this.#seekAt = 0
    this.#lineAt = 0
    this.#fieldAt = -1
  }

  /** Whether the server keeps the connection after this response (RFC 9112 §9.3). */
  get persists(): boolean {
    return !this.#saysClose && (this.#minorVersion > 0 || this.#saysKeepAlive)
  }

  /**
   * Reads on, in octets of which the head is at `from`; what was read before is not read again.
   * @returns where the head ends, or -1 when it is incomplete or at fault
   */
  read(bytes: Uint8Array, from: number, to: number): number {
    if (this.status === 0 && !beginsAsHttp(bytes, from, to)) return this.#fail(NO_STATUS_LINE)
    for (let at = from + this.#seekAt; at < to; at++) {
      const octet = bytes[at] as number
      if (isText(octet)) continue
      if (octet !== CR) return this.#fail('a control character in its head')
      if (at + 1 === to) return this.#pause(at - from)
      if (bytes[at + 1] !== LF) return this.#fail('a bare CR in its head')
      const ended = this.#readLine(bytes, from, at)
      if (this.fault !== undefined) return -1
      if (ended) return at + 2
      at += 1
      this.#lineAt = at + 1 - from
    }
    return this.#pause(to - from)
  }

  #fail(fault: string): -1 {
    this.fault = fault
    return -1
  }

  #pause(seekAt: number): -1 {
    this.#seekAt = seekAt
    return -1
  }

  /** @returns whether the head ends with this line */
  #readLine(bytes: Uint8Array, from: number, end: number): boolean {
    const at = from + this.#lineAt
    if (this.status === 0) {
      this.#readStatusLine(bytes, at, end)
      return false
    }
    // A line that begins with white space continues the field above it (RFC 9112 §5.2).
    if (at < end && isBlank(bytes[at])) {
      if (this.#fieldAt < 0) this.fault = 'white space before its first field'
      this.#fieldEnd = end - from
      return false
    }
    if (this.#fieldAt >= 0) this.#readField(bytes, from + this.#fieldAt, from + this.#fieldEnd)
    this.#fieldAt = this.#lineAt
    this.#fieldEnd = end - from
    return at === end
  }

  #readStatusLine(bytes: Uint8Array, at: number, end: number): void {
    this.#minorVersion = digitOf(bytes[at + HTTP_1.length])
    const isWhole =
      end - at >= STATUS_LINE_MIN &&
      this.#minorVersion >= 0 &&
      bytes[at + STATUS_AT - 1] === SP &&
      (end - at === STATUS_LINE_MIN || bytes[at + STATUS_LINE_MIN] === SP)
    this.status = isWhole ? statusAt(bytes, at + STATUS_AT) : 0
    if (this.status === 0) this.fault = NO_STATUS_LINE
  }

  #readField(bytes: Uint8Array, at: number, end: number): void {
    let colon = at
    while (colon < end && isToken[bytes[colon] as number] === 1) colon += 1
    if (colon === at || colon === end || bytes[colon] !== COLON) {
      this.fault = 'a line of its head is no field'
      return
    }
    const value = colon + 1
    switch (colon - at) {
      case CONNECTION.length: // and of keep-alive
        if (isWordAt(bytes, at, CONNECTION)) this.#readConnection(bytes, value, end)
        else if (isWordAt(bytes, at, KEEP_ALIVE)) this.keepAliveS = numberIn(bytes, value, end, TIMEOUT)
        break
      case CONTENT_LENGTH.length:
        if (isWordAt(bytes, at, CONTENT_LENGTH)) this.#readLength(bytes, value, end)
        break
      case TRANSFER_ENCODING.length:
        if (isWordAt(bytes, at, TRANSFER_ENCODING)) this.#readCoding(bytes, value, end)
    }
  }

  #readConnection(bytes: Uint8Array, at: number, end: number): void {
    this.#saysClose ||= hasMember(bytes, at, end, CLOSE)
    this.#saysKeepAlive ||= hasMember(bytes, at, end, KEEP_ALIVE)
  }

  /** One length, or none: two that agree are no better than one, and two that do not are an attack. */
  #readLength(bytes: Uint8Array, at: number, end: number): void {
    if (this.lengthBytes >= 0) this.fault = 'it has more than one Content-Length'
    else if (this.isChunked) this.fault = 'it has both Content-Length and Transfer-Encoding'
    else this.lengthBytes = numberOf(bytes, at, end)
    if (this.lengthBytes < 0) this.fault ??= 'its Content-Length is no number'
  }

  /** We ask for no coding (RFC 9110 §10.1.4), so `chunked` is the only one that may come, and not with a length. */
  #readCoding(bytes: Uint8Array, at: number, end: number): void {
    const [first, last] = trimmed(bytes, at, end)
    if (this.lengthBytes >= 0) this.fault = 'it has both Content-Length and Transfer-Encoding'
    else if (this.isChunked) this.fault = 'it has more than one Transfer-Encoding'
    else if (last - first !== CHUNKED.length || !isWordAt(bytes, first, CHUNKED))
      this.fault = 'its Transfer-Encoding is not chunked'
    else if (this.#minorVersion === 0) this.fault = 'it has a Transfer-Encoding in HTTP/1.0'
    else this.isChunked = true
  }
}
