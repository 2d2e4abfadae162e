import type { SMTPServerError, SMTPServerOptions, SMTPServerSession } from 'smtp-server'
import type { Verdict } from '../sample.ts'
import { createHeaderScanner } from './header.ts'
import { listen } from './listen.ts'
import type { Exchange, Sink, SinkOptions } from './sink.ts'
import { PromptServer } from './smtp-connection.ts'
import { createThink } from './think.ts'

/** The sink is never the one that ends an idle connection in a run. */
const IDLE_LIMIT_MS = 3_600_000
/** Sessions that have not ended by then are abandoned when the sink closes. */
const CLOSE_LIMIT_MS = 1000

type Handlers = Pick<
  SMTPServerOptions,
  'onConnect' | 'onSecure' | 'onAuth' | 'onMailFrom' | 'onRcptTo' | 'onData'
>

/** What smtp-server turns into a reply; null for a verdict that accepts. */
function refusalOf({ outcome, code, enhancedCode, text = 'Refused' }: Verdict): SMTPServerError | null {
  if (outcome === 'accepted') return null
  const error: SMTPServerError = new Error(enhancedCode === undefined ? text : `${enhancedCode} ${text}`)
  error.responseCode = code ?? (outcome === 'rejected' ? 550 : 451)
  return error
}

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
  const { host, tls, users, script, draws, clock, ledger } = options
  const think = createThink(clock)
  const identities = new WeakMap<SMTPServerSession, string>()

  /** @param id of the message, once its content is known */
  function answer(
    exchange: Pick<Exchange, 'step' | 'address'>,
    done: (refusal: Error | null) => void,
    id?: string,
  ): void {
    const { thinkNs, verdict } = script({ protocol: 'smtp', ...exchange, atNs: clock.nowNs() }, draws(id))
    think(thinkNs, () => done(refusalOf(verdict)))
  }

  const handlers: Handlers = {
    onConnect: (_session, done) => answer({ step: 'greeting' }, done),
    // The library's own would wait for the next turn of the event loop.
    onSecure: (_socket, _session, done) => done(),
    onMailFrom: ({ address }, _session, done) => answer({ step: 'sender', address }, done),
    onRcptTo: ({ address }, _session, done) => answer({ step: 'recipient', address }, done),
    onAuth({ username, password }, _session, done) {
      const isTaken = !users || users.some(known => known.user === username && known.password === password)
      // Without a user the library answers 535, to which it gives 5.7.8 (RFC 4954 §6).
      if (!isTaken) return done(null, {})
      answer({ step: 'auth' }, refusal => done(refusal, { user: username }))
    },
    onData(stream, session, done) {
      const header = createHeaderScanner()
      identities.delete(session)
      stream.on('data', (chunk: Buffer) => header.feed(chunk))
      // Comes only after the final dot: the stream of a client that vanishes is destroyed without it.
      stream.on('end', () => {
        const id = header.id()
        if (id !== undefined) identities.set(session, id)
        answer({ step: 'content' }, done, id)
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
