import { createSecureServer } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerAddress } from 'smtp-server'

/** PEM texts. */
export interface ServerIdentity {
  readonly cert: string
  readonly key: string
}

/** A message as a server that we did not write understood it. */
export interface RecordedMail {
  readonly from: string
  readonly to: readonly string[]
  /** The keyword SMTPUTF8 stood at MAIL FROM (RFC 6531 §3.4). */
  readonly smtpUtf8: boolean
  /** What came between DATA and the final dot, dots unstuffed (RFC 5321 §4.5.2). */
  readonly data: Buffer
}

export interface RecordedCall {
  readonly version: string
  readonly method: string | undefined
  readonly path: string | undefined
  readonly contentType: string | undefined
  readonly body: Buffer
}

/** A server that takes everything and keeps it. */
export interface RecordingServer<Record> extends AsyncDisposable {
  readonly port: number
  readonly records: readonly Record[]
}

function listen(server: Pick<Server, 'listen' | 'address'>): Promise<number> {
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

const addressOf = (address: SMTPServerAddress | false) => (address === false ? '' : address.address)

/** smtp-server as it comes, on STARTTLS. */
export async function recordSmtp(identity: ServerIdentity): Promise<RecordingServer<RecordedMail>> {
  const records: RecordedMail[] = []
  const smtp = new SMTPServer({
    ...identity,
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 1000,
    onData(stream, { envelope }, done) {
      buffer(stream).then(data => {
        const { mailFrom, rcptTo, smtpUtf8 = false } = envelope
        records.push({ from: addressOf(mailFrom), to: rcptTo.map(addressOf), smtpUtf8, data })
        done()
      }, done)
    },
  })
  const port = await listen(smtp.server)
  return { port, records, [Symbol.asyncDispose]: () => new Promise(resolve => smtp.close(resolve)) }
}

/** Node's own server over TLS, for HTTP/1.1 and HTTP/2. */
export async function recordHttp(identity: ServerIdentity): Promise<RecordingServer<RecordedCall>> {
  const records: RecordedCall[] = []
  const https = createSecureServer({ ...identity, allowHTTP1: true }, async (request, response) => {
    const body = await buffer(request)
    const { httpVersion: version, method, url: path, headers } = request
    records.push({ version, method, path, contentType: headers['content-type'], body })
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"id":"1"}')
  })
  const port = await listen(https)
  return { port, records, [Symbol.asyncDispose]: () => new Promise(resolve => https.close(() => resolve())) }
}
