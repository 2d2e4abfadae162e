import { createTransport } from 'nodemailer'
import { type Clock, type Nanoseconds, NS_PER_MS } from '../clock.ts'
import type { Address, TlsTrust } from '../dial/dial.ts'
import { createDialer } from '../dial/dialer.ts'
import type { Message } from '../message/message.ts'
import { Attempt } from './attempt.ts'
import { settleByError } from './nodemailer-error.ts'
import { NodemailerTrace } from './nodemailer-trace.ts'
import type { Credentials, Transport } from './transport.ts'
import { createWatch } from './watch.ts'

export interface NodemailerOptions {
  readonly address: Address
  /** Dials through this relay, which leads to the address. */
  readonly relay?: Address | undefined
  /** `offered`: STARTTLS when the server offers it; `required`: or else the submission fails. */
  readonly tls: 'none' | 'offered' | 'required' | 'implicit'
  readonly trust: TlsTrust
  readonly credentials?: Credentials
  /** `structured` lets nodemailer compose the MIME, as applications do; `raw` hands it finished bytes. */
  readonly form: 'structured' | 'raw'
  readonly reuse: boolean
  /** The most connections that the pool opens. */
  readonly connections: number
  readonly timeoutNs: Nanoseconds
  /** Keeps the instants of each submission's phases: for anatomy trials. */
  readonly keepsMarks?: boolean
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** nodemailer's own timeouts, of which one spans the whole setup, stand behind ours. */
const LIBRARY_TIMEOUT_FACTOR = 8

function mailOf(message: Message, form: NodemailerOptions['form']) {
  const { envelope, messageId, content } = message
  const base = { envelope: { from: envelope.from, to: [...envelope.to] }, messageId }
  if (form === 'raw') return { ...base, raw: message.raw() }
  const { from, to, subject, text, html, headers, attachments } = content
  return {
    ...base,
    from: { name: from.name ?? '', address: from.address },
    to: to.map(({ name, address }) => ({ name: name ?? '', address })),
    subject,
    ...(text !== undefined && { text }),
    ...(html !== undefined && { html }),
    headers: { ...headers },
    attachments: attachments.map(({ filename, contentType, content: bytes, cid }) => ({
      filename,
      contentType,
      content: bytes,
      ...(cid !== undefined && { cid }),
    })),
  }
}

/**
 * A way out of the pool's queue, for an attempt that will have to wait in it. Not for every one: a signal
 * costs nodemailer 8 % of its throughput, and an application does without.
 */
function leave(attempt: Attempt): AbortSignal {
  const controller = new AbortController()
  attempt.cancel = stopped => controller.abort(stopped)
  return controller.signal
}

/**
 * The SMTP client that Node applications use: nodemailer 10, pooled or fresh. What it does is observed, not
 * changed: its log of commands and replies (`transactionLog`, a documented option) gives the phases.
 */
export function nodemailerTransport(options: NodemailerOptions): Transport {
  const { address, tls, trust, form, connections, timeoutNs, clock, signal } = options
  const implicit = tls === 'implicit'
  const dialer = createDialer({
    address,
    relay: options.relay,
    ...(implicit && { tls: trust }),
    timeoutNs,
    clock,
  })
  const trace = new NodemailerTrace(dialer, clock, implicit)
  const watch = createWatch({ timeoutNs, clock, signal })
  const mailer = openMailer(options, trace)

  return {
    protocol: 'smtp',
    get connectionsOpened() {
      return dialer.opened
    },
    async submit(message) {
      const attempt = new Attempt(message.envelope.to.length, options.keepsMarks)
      const key = message.messageId.slice(1, -1)
      attempt.enter('encode', clock.nowNs())
      watch.add(attempt)
      if (!attempt.settled) {
        trace.add(key, attempt)
        const mail = { ...mailOf(message, form), ...(watch.size > connections && { signal: leave(attempt) }) }
        mailer.sendMail(mail, (error, info) => {
          const atNs = clock.nowNs()
          trace.delete(key)
          if (error) return settleByError(attempt, error, atNs)
          const verdict = { outcome: 'accepted', code: Number(info.response.slice(0, 3)) } as const
          attempt.decide(verdict, atNs, { recipientsRefused: info.rejected.length })
        })
      }
      const reply = await attempt.reply
      watch.delete(attempt)
      return reply
    },
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]()
      mailer.close()
      dialer[Symbol.dispose]()
    },
  }
}

function openMailer(options: NodemailerOptions, trace: NodemailerTrace) {
  const { address, tls, trust, credentials, reuse, connections, timeoutNs } = options
  const libraryTimeoutMs = (LIBRARY_TIMEOUT_FACTOR * timeoutNs) / NS_PER_MS
  const mailer = createTransport({
    host: address.host,
    port: address.port,
    secure: tls === 'implicit',
    ignoreTLS: tls === 'none',
    requireTLS: tls === 'required',
    tls: { rejectUnauthorized: !trust.insecure, ...(trust.ca !== undefined && { ca: trust.ca }) },
    ...(credentials && { auth: { user: credentials.user, pass: credentials.password } }),
    connectionTimeout: libraryTimeoutMs,
    greetingTimeout: libraryTimeoutMs,
    socketTimeout: libraryTimeoutMs,
    ...(reuse && {
      pool: true as const,
      maxConnections: connections,
      maxMessages: Number.POSITIVE_INFINITY,
      // Retries are a policy of ours; inside the library they would pass for one submission.
      maxRequeues: 0,
      // An idle connection stays open for the whole run, as those of the HTTP client do.
      idleTimeout: 0,
    }),
    getSocket: trace.getSocket,
  })
  // Set here and not by the option, by which it would also be nodemailer's own: each entry wrapped, for nobody.
  if (reuse) Object.assign(mailer.transporter, { logger: trace.poolLogger })
  mailer.on('error', () => {}) // every failure also reaches its submission
  // The last step before nodemailer hands the composed message to its transport, in the same call.
  mailer.use('stream', (mail, done) => {
    trace.composed(String(mail.data.messageId).slice(1, -1), reuse)
    done()
  })
  return mailer
}
