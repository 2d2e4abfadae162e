import type { Clock } from '../clock.ts'
import type { Connection } from '../dial/dial.ts'
import type { Attempt } from './attempt.ts'
import { verdictOfReply } from './smtp-verdict.ts'

const silent = () => {}

/** A logger that says nothing, to be completed with what is wanted. */
export const silentLogger = {
  level: silent,
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  fatal: silent,
}

interface LogEntry {
  readonly tnx?: unknown
}

/** One nodemailer connection as its transaction log shows it. */
export interface Session {
  readonly logger: typeof silentLogger
  /** Says whose submission the connection works for from now on. */
  serve(attempt: Attempt): void
  /** The socket has been handed over: the server's greeting is due. */
  greet(): void
  destroy(): void
}

/**
 * Follows the commands and replies of one connection and enters the phases of the attempt it serves.
 * Pipelined phases are timed by their replies: `envelope` ends with the reply to the last RCPT, `data` with
 * the reply to DATA, `content` when the end of data has been written, `reply` with the submission.
 */
export function createSession({ id, socket }: Connection, clock: Clock): Session {
  let attempt: Attempt | undefined
  let repliesBeforeData = 0
  /**
   * While the end of the connection is being told: nodemailer then logs what it has cut short as a reply. Whole
   * replies that are still in its queue follow in later turns.
   */
  let isClosing = false
  socket.prependListener('close', () => {
    isClosing = true
    queueMicrotask(() => {
      isClosing = false
    })
  })

  const enter = (phase: Parameters<Attempt['times']['enter']>[0]) => {
    attempt?.enter(phase, clock.nowNs())
  }

  function onCommand(line: string): void {
    switch (line.slice(0, 4)) {
      case 'EHLO':
      case 'HELO':
        return enter('hello')
      case 'STAR':
        return enter('starttls')
      case 'AUTH':
        return enter('auth')
      case 'MAIL':
        repliesBeforeData = 1 + (attempt?.recipients ?? 0)
        return enter('envelope')
    }
  }

  /** The pool drops what a reused connection answered with 421: it decides nevertheless (RFC 5321 §3.8). */
  function onFarewell(line: string): void {
    const owner = attempt
    const verdict = verdictOfReply(line, 'server')
    if (owner && verdict) owner.conclude = atNs => owner.decide(verdict, atNs)
  }

  function onReply(line: string): void {
    if (line.startsWith('421')) return onFarewell(line)
    switch (attempt?.times.current) {
      case 'starttls':
        if (line.startsWith('2')) enter('tls')
        return
      case 'envelope':
        repliesBeforeData -= 1
        if (repliesBeforeData === 0) enter('data')
        return
      case 'data':
        if (line.startsWith('3') || line.startsWith('2')) enter('content')
        return
    }
  }

  /** nodemailer logs the message's size when the terminating dot has been handed to the socket. */
  function onMessageEnd(): void {
    if (attempt?.times.current !== 'content') return
    attempt.handedOver = true
    enter('reply')
  }

  const destroy = () => void socket.destroy()

  return {
    logger: {
      ...silentLogger,
      debug(entry?: LogEntry, line?: unknown) {
        if (entry?.tnx === 'client') onCommand(String(line))
        else if (entry?.tnx === 'server' && !isClosing) onReply(String(line))
      },
      info(entry?: LogEntry) {
        if (entry?.tnx === 'message') onMessageEnd()
      },
    },
    serve(next) {
      attempt = next
      next.connectionId = id
      next.cancel = destroy
    },
    greet: () => enter('greeting'),
    destroy,
  }
}
