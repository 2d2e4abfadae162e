import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js'
import type { Ending } from './fault/fault.ts'
import { lose } from './fault/lose.ts'

const enhancedCode = /^[245]\.\d{1,3}\.\d{1,3} /

/** smtp-server's connection without its delays, and with one enhanced code a reply. */
export class PromptConnection extends SMTPConnection {
  readonly #handOver: (session: SMTPServerSession) => void
  readonly #raw: Socket

  constructor(server: PromptServer, socket: Socket, options?: SMTPConnectionOptions | null) {
    super(server, socket, options)
    this.#handOver = server.handOver
    this.#raw = socket
  }

  /** Ends as a fault has it; the library waits for ever for what it asked. */
  lose(ending: Ending): void {
    if (this._parser) this._socket.unpipe(this._parser)
    lose(ending, this.#raw, this._socket)
  }

  /** The library's own holds the 220 for 100 ms to catch early talkers (RFC 5321 §4.3.1 asks for no such wait). */
  override init(): void {
    this._setListeners(() => this.connectionReady())
  }

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    // DATA_OK is said in one place: where a message is accepted. By then the library has refused what is
    // oversized, and a client that went away cannot be told, so that nothing was handed over to it.
    if (context === 'DATA_OK' && !this._socket.destroyed && this._socket.readyState === 'open') {
      this.#handOver(this.session)
    }
    // A verdict brings its own enhanced code (RFC 2034 §4); the library would put its default before it.
    const isWorded = typeof data === 'string' && enhancedCode.test(data)
    super.send(code, data, isWorded ? false : context)
  }
}

export class PromptServer extends SMTPServer {
  /** Called when the 250 after a message is about to be written. */
  readonly handOver: (session: SMTPServerSession) => void

  constructor(options: SMTPServerOptions, handOver: (session: SMTPServerSession) => void) {
    super(options)
    this.handOver = handOver
  }

  connectionOf(session: SMTPServerSession): PromptConnection | undefined {
    for (const connection of this.connections) {
      if (connection.session === session && connection instanceof PromptConnection) return connection
    }
    return undefined
  }

  override connect(socket: Socket, options?: SMTPConnectionOptions | null): void {
    const connection = new PromptConnection(this, socket, options)
    this.connections.add(connection)
    connection.on('error', error => this.emit('error', error))
    connection.init()
  }

  /** Closing destroys sockets that wait for their handshake, and to start TLS on such a one crashes Node. */
  override _upgrade(socket: Socket, callback: (error: Error | null, secured?: TLSSocket) => void): void {
    if (socket.destroyed) callback(new Error('closed before its TLS handshake'))
    else super._upgrade(socket, callback)
  }
}
