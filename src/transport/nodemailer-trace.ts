import type { Clock } from '../clock.ts'
import type { Dialer } from '../dial/dial.ts'
import type { Attempt } from './attempt.ts'
import { createSession, type Session, silentLogger } from './nodemailer-session.ts'

/** What the pool logs of its connections, which it numbers as `cid`. */
interface PoolEntry {
  readonly action?: unknown
  readonly cid?: unknown
  readonly messageId?: unknown
}

type SocketCallback = (error: Error | null, socket?: object) => void

/**
 * Ties submissions to connections by what nodemailer does within one synchronous call: a fresh transport
 * asks for a socket while it sends; a pool logs `assign` with the message's id, and then sends.
 */
export class NodemailerTrace {
  readonly #dialer: Dialer
  readonly #clock: Clock
  readonly #secured: boolean
  /** Attempts that nodemailer has, by Message-ID without its brackets. */
  readonly #attempts = new Map<string, Attempt>()
  /** The pool's connections by the number it gives them. */
  readonly #pooled = new Map<unknown, Session>()
  /** Set while nodemailer works for this attempt, up to its asking for a socket. */
  #dialling: { attempt: Attempt; cid?: unknown } | undefined

  /** @param secured the dialer does the TLS handshake */
  constructor(dialer: Dialer, clock: Clock, secured: boolean) {
    this.#dialer = dialer
    this.#clock = clock
    this.#secured = secured
  }

  add(key: string, attempt: Attempt): void {
    this.#attempts.set(key, attempt)
  }

  delete(key: string): void {
    this.#attempts.delete(key)
  }

  /** The message has been composed; what follows is the wait for a connection. */
  composed(attempt: Attempt, pooled: boolean): void {
    attempt.enter('queue', this.#clock.nowNs())
    if (!pooled) this.#dialling = { attempt }
  }

  /** The pool's logger: learns which connection gets which message. */
  readonly poolLogger = {
    ...silentLogger,
    debug: (entry?: PoolEntry) => {
      if (entry?.action === 'assign') this.#assign(entry)
    },
    info: (entry?: PoolEntry) => {
      if (entry?.action === 'closed') this.#pooled.delete(entry.cid)
    },
  }

  #assign({ cid, messageId }: PoolEntry): void {
    const attempt = this.#attempts.get(String(messageId))
    if (!attempt) return
    const session = this.#pooled.get(cid)
    if (!session) this.#dialling = { attempt, cid }
    // Stopped while it waited: the pool knows no way to take it out, and must not send it.
    else if (attempt.settled) session.destroy()
    else session.serve(attempt)
  }

  /** nodemailer's `getSocket` hook: hands it connections of our dialer, each with a logger of its own. */
  readonly getSocket = (_options: unknown, callback: SocketCallback): void => {
    const owner = this.#dialling
    this.#dialling = undefined
    const isStopped = () => owner?.attempt.settled === true
    if (isStopped()) return callback(new Error('stopped'))
    this.#dialer
      .dial((phase, atNs) => owner?.attempt.enter(phase, atNs))
      .then(connection => {
        const { socket } = connection
        if (isStopped()) {
          socket.destroy()
          return callback(new Error('stopped'))
        }
        const session = createSession(connection, this.#clock)
        if (owner) session.serve(owner.attempt)
        if (owner?.cid !== undefined) this.#pooled.set(owner.cid, session)
        session.greet()
        callback(null, {
          connection: socket,
          secured: this.#secured,
          logger: session.logger,
          transactionLog: true,
        })
      }, callback)
  }
}
