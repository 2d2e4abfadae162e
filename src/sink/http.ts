import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  createServer as createHttp2,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTls, type TlsOptions } from 'node:tls'
import type { Certificate } from './certificate.ts'
import { createGather, type Gather } from './gather.ts'
import { Http1Call, Http2Call } from './http-calls.ts'
import { createHttpExchange, type HttpCall } from './http-exchange.ts'
import { HttpTap } from './http-tap.ts'
import { createHttpTaps } from './http-taps.ts'
import { listen } from './listen.ts'
import type { Sink, SinkOptions } from './sink.ts'
import { createThink, type Think } from './think.ts'

/**
 * HTTP/2's default window of 65,535 bytes (RFC 9113 §6.9.2) would cost a message of 1 MiB round trips that
 * neither SMTP nor HTTP/1.1 pay. Servers raise it; this is what Go's does.
 */
const WINDOW_BYTES = 1024 * 1024

/** Two engines that listen nowhere: connections are handed to them once their protocol is known. */
function createEngines(onCall: (call: HttpCall) => void, think: Think, gather: Gather) {
  // No idle limit: the sink is never the one that closes a connection in a run.
  const http1 = createHttp1({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 })
  http1.on('request', (request: IncomingMessage, response: ServerResponse) =>
    onCall(new Http1Call(request, response, gather)),
  )
  const http2 = createHttp2({ settings: { initialWindowSize: WINDOW_BYTES } })
  const taps = new WeakMap<Http2Session, HttpTap>()
  let arriving: Duplex | undefined
  http2.on('session', (session: ServerHttp2Session) => {
    if (arriving instanceof HttpTap) taps.set(session, arriving)
    session.setLocalWindowSize(WINDOW_BYTES)
  })
  http2.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    // A client that resets a stream is the client's affair, and not this process's end.
    stream.on('error', () => {})
    const tap = stream.session && taps.get(stream.session)
    onCall(new Http2Call(stream, headers, tap, think))
  })
  http2.on('sessionError', () => {})
  return (protocol: 'http1' | 'http2', connection: Duplex): void => {
    // Its session is made before this returns.
    arriving = connection
    const engine: Server = protocol === 'http1' ? http1 : http2
    engine.emit('connection', connection)
  }
}

/** The first bytes of HTTP/2's connection preface (RFC 9113 §3.4) that no method of HTTP/1.1 shares. */
const PREFACE = Buffer.from('PRI')

/** Reads a cleartext connection's first bytes, puts them back, and says which protocol they begin. */
function sniff(socket: Duplex, choose: (protocol: 'http1' | 'http2') => void): void {
  let first: Buffer = Buffer.alloc(0)
  const look = () => {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    first = first.length === 0 ? chunk : Buffer.concat([first, chunk])
    const seen = first.subarray(0, PREFACE.length)
    const mayBeHttp2 = PREFACE.subarray(0, seen.length).equals(seen)
    if (mayBeHttp2 && seen.length < PREFACE.length) return
    socket.off('readable', look)
    socket.unshift(first)
    choose(mayBeHttp2 ? 'http2' : 'http1')
  }
  socket.on('readable', look)
}

/** HTTP/1.1 and HTTP/2 on one port: told apart by ALPN (RFC 7301), or by the first bytes in clear text. */
export async function openHttpSink(options: SinkOptions): Promise<Sink> {
  const { host, tls, certificate, wrongCertificate, script, clock } = options
  const think = createThink(clock)
  let connections = 0
  const gather = createGather(() => connections === 1)
  const hand = createEngines(createHttpExchange(options), think, gather)
  const taps = script.hasFaults === false ? undefined : createHttpTaps(options, think)
  const sockets = new Set<Socket>()

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  }

  function openSecure({ cert, key }: Certificate): Server {
    const secure: TlsOptions = { cert, key, minVersion: 'TLSv1.2', ALPNProtocols: ['h2', 'http/1.1'] }
    return createTls({ ...secure, noDelay: true }, socket => {
      keep(socket)
      hand(socket.alpnProtocol === 'h2' ? 'http2' : 'http1', taps?.tap(socket) ?? socket)
    })
  }

  function openFront(): Server {
    if (tls === 'starttls') throw new Error('HTTP has no STARTTLS')
    if (tls === 'none') {
      const begin = (stream: Duplex) => sniff(stream, protocol => hand(protocol, stream))
      return createServer({ noDelay: true }, socket => {
        if (taps) taps.admit(socket, false, () => begin(taps.tap(socket)))
        else begin(socket)
      })
    }
    if (!certificate) throw new Error('an HTTP sink with TLS needs a certificate')
    const front = openSecure(certificate)
    if (!taps) return front
    const impostor = wrongCertificate && openSecure(wrongCertificate)
    return createServer({ noDelay: true }, raw => {
      taps.admit(raw, true, as => (as === 'itself' ? front : impostor)?.emit('connection', raw))
    })
  }

  const front = openFront()
  // Also those whose TLS handshake never ends; a socket of TLS is kept twice, and closed from the top.
  front.on('connection', (socket: Socket) => {
    connections++
    socket.once('close', () => connections--)
    keep(socket)
  })
  const port = await listen(front, host, options.port)
  front.on('error', () => {})

  let closing: Promise<void> | undefined
  function close(): Promise<void> {
    closing ??= new Promise(resolve => {
      front.close(() => resolve())
      for (const socket of [...sockets].reverse()) socket.destroy()
    })
    return closing
  }
  return { endpoint: { protocol: 'http', host, port, tls }, [Symbol.asyncDispose]: close }
}
