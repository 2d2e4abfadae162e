import type { SMTPServerOptions, SMTPServerSession } from 'smtp-server'
import { findIdentity } from '../message/identity.ts'
import { createHeaderScanner } from './header.ts'
import { listen } from './listen.ts'
import type { Sink, SinkOptions } from './sink.ts'
import { PromptServer } from './smtp-connection.ts'
import { createSmtpExchange } from './smtp-exchange.ts'

/** The sink is never the one that ends an idle connection in a run. */
const IDLE_LIMIT_MS = 3_600_000
/** Sessions that have not ended by then are abandoned when the sink closes. */
const CLOSE_LIMIT_MS = 1000

type Handlers = Pick<
  SMTPServerOptions,
  'onConnect' | 'onSecure' | 'onAuth' | 'onMailFrom' | 'onRcptTo' | 'onData'
>

function tlsOptions({ tls, certificate }: SinkOptions): SMTPServerOptions {
  if (tls === 'none') return {}
  if (!certificate) throw new Error(`an SMTP sink with tls ${tls} needs a certificate`)
  return {
    secure: tls === 'implicit',
    cert: certificate.cert,
    key: certificate.key,
    minVersion: 'TLSv1.2',
  }
}

function serverOptions(options: SinkOptions, handlers: Handlers): SMTPServerOptions {
  const disabledCommands = [
    ...(options.tls === 'none' ? ['STARTTLS'] : []),
    ...(options.auth === 'off' ? ['AUTH'] : []),
  ]
  return {
    name: 'sink.example.net',
    banner: 'mailbench',
    logger: false,
    // Set on the accepted socket, before TLS; the library does so too, later and for now.
    noDelay: true,
    disableReverseLookup: true,
    socketTimeout: IDLE_LIMIT_MS,
    closeTimeout: CLOSE_LIMIT_MS,
    maxAllowedUnauthenticatedCommands: Number.POSITIVE_INFINITY,
    disabledCommands,
    authMethods: ['PLAIN', 'LOGIN'],
    authOptional: options.auth !== 'required',
    // Credentials in clear text are taken: what a client lets cross the wire is the client's to decide.
    allowInsecureAuth: true,
    size: options.sizeLimitBytes,
    rejectOversized: true,
    hideDSN: false,
    hideENHANCEDSTATUSCODES: false,
    ...tlsOptions(options),
    ...handlers,
  }
}

/** An SMTP server on smtp-server: an implementation that we did not write, minus its delays. */
export async function openSmtpSink(options: SinkOptions): Promise<Sink> {
  const { host, tls, users, ledger } = options
  const identities = new WeakMap<SMTPServerSession, string>()
  const answer = createSmtpExchange(options, session => server.connectionOf(session))

  const handlers: Handlers = {
    onConnect: (session, done) => answer({ session, step: 'greeting' }, done),
    // The library's own would wait for the next turn of the event loop.
    onSecure: (_socket, _session, done) => done(),
    onMailFrom: ({ address }, session, done) => answer({ session, step: 'sender', address }, done),
    onRcptTo({ address }, session, done) {
      const before = session.envelope.rcptTo.length
      const stream = before === 0 ? 'recipient' : `recipient/${before}`
      answer({ session, step: 'recipient', address, id: findIdentity(address), stream }, done)
    },
    onAuth({ username, password }, session, done) {
      const isTaken = !users || users.some(known => known.user === username && known.password === password)
      // Without a user the library answers 535, to which it gives 5.7.8 (RFC 4954 §6).
      if (!isTaken) return done(null, {})
      answer({ session, step: 'auth' }, refusal => done(refusal, { user: username }))
    },
    onData(stream, session, done) {
      const header = createHeaderScanner()
      identities.delete(session)
      stream.on('data', (chunk: Buffer) => header.feed(chunk))
      // Comes only after the final dot: the stream of a client that vanishes is destroyed without it.
      stream.on('end', () => {
        // The library refuses it, whatever the script would say.
        if (stream.sizeExceeded) return done(null)
        const id = header.id()
        if (id !== undefined) identities.set(session, id)
        answer({ session, step: 'content', id }, done)
      })
    },
  }

  const server = new PromptServer(serverOptions(options, handlers), session =>
    ledger.record(identities.get(session)),
  )
  // A client that resets its connection is the client's affair, and not this process's end.
  server.on('error', () => {})
  const port = await listen(server.server, host, options.port)

  let closing: Promise<void> | undefined
  function close(): Promise<void> {
    closing ??= new Promise(resolve => {
      server.close(resolve)
      for (const connection of [...server.connections]) {
        // While TLS starts on top of it, a socket is half-closed only: not torn down from below.
        if (connection._upgrading) connection._socket.end()
        else connection._socket.destroy()
      }
    })
    return closing
  }
  return { endpoint: { protocol: 'smtp', host, port, tls }, [Symbol.asyncDispose]: close }
}
