import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { systemClock } from '../../clock.ts'
import { createDraws } from '../draws.ts'
import { createLedger, type Ledger } from '../ledger.ts'
import { compileScript } from '../script.ts'
import type { SinkOptions } from '../sink.ts'
import { createThink } from '../think.ts'
import { SmtpSession } from './session.ts'

export interface Wire {
  /** Gives the session these octets in one piece. */
  feed(text: string): void
  /** All that it has written. */
  said(): string
  /** The codes of its replies. */
  codes(): string
  /** The client stops reading, or goes on. */
  readReplies(reads: boolean): void
  /** Whether the sink reads what the client sends. */
  isRead(): boolean
  /** Each write by itself. */
  readonly writes: string[]
  readonly ledger: Ledger
}

/** A session on no network: what it is fed, and how that is cut, is exact. */
export function createWire(options: Partial<SinkOptions> = {}): Wire {
  const ledger = createLedger()
  const writes: string[] = []
  let reads = true
  let unread: (() => void)[] = []
  let isRead = true
  const socket = new Duplex({
    decodeStrings: false,
    read() {
      isRead = true
    },
    write(chunk: string, _encoding, done) {
      writes.push(chunk)
      if (reads) done()
      else unread.push(done)
    },
  })
  const { clock = systemClock } = options
  const session = new SmtpSession(
    {
      options: {
        host: '',
        port: 0,
        tls: 'none',
        auth: 'optional',
        sizeLimitBytes: 1000,
        script: compileScript({}),
        draws: createDraws('wire'),
        clock,
        ledger,
        ...options,
      },
      think: createThink(clock),
      gather: send => send(),
      secureContext: undefined,
      wrongContext: undefined,
      nonce: () => '1.1',
    },
    socket as unknown as Socket,
    () => {},
  )
  session.start()
  return {
    feed(text) {
      isRead = socket.push(Buffer.from(text, 'latin1'))
    },
    said: () => writes.join(''),
    codes: () =>
      writes
        .join('')
        .match(/^\d{3}(?= )/gm)
        ?.join(' ') ?? '',
    readReplies(now) {
      reads = now
      const waiting = unread
      unread = []
      if (now) for (const done of waiting) done()
    },
    isRead: () => isRead,
    writes,
    ledger,
  }
}
