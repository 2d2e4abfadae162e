import { createServer } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { Certificate } from '../certificate.ts'
import { createGather } from '../gather.ts'
import { listen } from '../listen.ts'
import type { Sink, SinkOptions } from '../sink.ts'
import { createThink } from '../think.ts'
import type { SmtpListener } from './exchanges.ts'
import { SmtpSession } from './session.ts'

const contextOf = ({ cert, key }: Certificate): SecureContext =>
  createSecureContext({ cert, key, minVersion: 'TLSv1.2' })

/**
 * Our own SMTP server on bare sockets: for saturation, for CHUNKING, and for faults at any command or byte,
 * which smtp-server cannot have.
 */
export async function openSmtpWireSink(options: SinkOptions): Promise<Sink> {
  const { host, tls, certificate, wrongCertificate, clock } = options
  if (tls !== 'none' && !certificate) throw new Error(`an SMTP sink with tls ${tls} needs a certificate`)
  let nonces = 0
  const sessions = new Set<SmtpSession>()
  const listener: SmtpListener = {
    options,
    think: createThink(clock),
    gather: createGather(() => sessions.size === 1),
    secureContext: certificate && contextOf(certificate),
    wrongContext: wrongCertificate && contextOf(wrongCertificate),
    nonce: () => `${++nonces}.${clock.nowNs()}`,
  }
  const server = createServer({ noDelay: true }, socket => {
    const session = new SmtpSession(listener, socket, () => sessions.delete(session))
    sessions.add(session)
    session.start()
  })
  const port = await listen(server, host, options.port)
  server.on('error', () => {})

  let closing: Promise<void> | undefined
  function close(): Promise<void> {
    closing ??= new Promise(resolve => {
      server.close(() => resolve())
      for (const session of [...sessions]) session.destroy()
    })
    return closing
  }
  return { endpoint: { protocol: 'smtp', host, port, tls }, [Symbol.asyncDispose]: close }
}
