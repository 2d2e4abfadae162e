import type { HttpHeaders } from '../../provider/provider.ts'
import { ResponseParser } from './response-parser.ts'

/** What a parser made of a response. */
export interface ReadReply {
  readonly status: number
  readonly headers: HttpHeaders
  readonly body: string
  readonly persists: boolean
  readonly keepAliveS: number
}

export interface ReadStream {
  readonly interim: readonly number[]
  readonly replies: readonly ReadReply[]
  /** Why it read no further; empty otherwise. */
  readonly fault: string
  /** The last reply is incomplete. */
  readonly incomplete: boolean
}

/**
 * Reads a connection's octets as they come in pieces, then its end. Each piece is read in one buffer, which the
 * next overwrites, as a socket's is.
 * @throws when the parser does not read on
 */
export function readReplies(pieces: readonly Buffer[], parser = new ResponseParser()): ReadStream {
  const interim: number[] = []
  const replies: ReadReply[] = []
  const largest = Math.max(0, ...pieces.map(piece => piece.length))
  const buffer = Buffer.alloc(largest)
  let headers: HttpHeaders | undefined

  function take(): void {
    const { status, persists, keepAliveS } = parser
    replies.push({ status, headers: headers ?? {}, body: parser.body(), persists, keepAliveS })
    headers = undefined
    parser.next()
  }

  function look(): void {
    if (parser.stage === 'interim') {
      interim.push(parser.status)
      return parser.next()
    }
    if (headers === undefined && (parser.stage === 'body' || parser.stage === 'end')) {
      headers = parser.headers()
      parser.keepsBody = true
    }
    if (parser.stage === 'end') take()
  }

  for (const piece of pieces) {
    piece.copy(buffer)
    let at = 0
    while (at < piece.length && parser.stage !== 'failed') {
      const before = { at, stage: parser.stage }
      at = parser.read(buffer, at, piece.length)
      const isStuck = at === before.at && parser.stage === before.stage
      if (isStuck || at > piece.length)
        throw new Error(`stuck at ${at} of ${piece.length} in ${parser.stage}`)
      look()
    }
  }
  const isBegun = parser.stage !== 'failed' && headers !== undefined
  if (isBegun && parser.finish()) take()
  return {
    interim,
    replies,
    fault: parser.stage === 'failed' ? parser.fault : '',
    incomplete: headers !== undefined,
  }
}
