import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { Client } from 'undici'
import { ID_HEADER } from '../message/identity.ts'
import type { TestClient, TestReply } from './contract.ts'
import { openSocket } from './contract-smtp.ts'
import type { Endpoint } from './sink.ts'

function bodyOf(id: string, sizeBytes: number): string {
  const address = { address: 'a@example.net' }
  const message = { from: address, to: [address], subject: 'test', headers: { [ID_HEADER]: id } }
  return JSON.stringify({ ...message, text: 'x'.repeat(sizeBytes) })
}

const originOf = ({ host, port, tls }: Endpoint) => `http${tls === 'none' ? '' : 's'}://${host}:${port}`

function fieldsOf(key: string | undefined): Record<string, string> {
  return { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) }
}

function readReply(code: number, retryAfter: unknown): TestReply {
  return { code, ...(retryAfter !== undefined && { retryAfterS: Number(retryAfter) }) }
}

export async function connectHttp1(
  endpoint: Endpoint,
  ca: string,
  key: string | undefined,
): Promise<TestClient> {
  const client = new Client(originOf(endpoint), { connect: { ca } })
  return {
    async submit(id, sizeBytes) {
      const body = bodyOf(id, sizeBytes)
      const options = { path: '/send', method: 'POST', headers: fieldsOf(key), body } as const
      const response = await client.request(options)
      await response.body.dump()
      return readReply(response.statusCode, response.headers['retry-after'])
    },
    async vanish(id) {
      const socket = await openSocket(endpoint, ca)
      const body = bodyOf(id, 500)
      socket.on('error', () => {})
      // All of the message, and yet not all of the body that was announced.
      socket.write(`POST /send HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length + 1}\r\n\r\n${body}`)
      socket.destroySoon()
    },
    close: () => void client.destroy(),
  }
}

export async function connectH2(
  endpoint: Endpoint,
  ca: string,
  key: string | undefined,
): Promise<TestClient> {
  const socket = await openSocket(endpoint, ca, ['h2'])
  const session = connectHttp2(originOf(endpoint), { createConnection: () => socket })
  session.on('error', () => {})
  await once(session, 'connect')

  function open() {
    const stream = session.request({ ':method': 'POST', ':path': '/send', ...fieldsOf(key) })
    stream.on('error', () => {})
    return stream
  }
  return {
    async submit(id, sizeBytes) {
      const stream = open()
      stream.end(bodyOf(id, sizeBytes))
      const lost = once(stream, 'close').then(() => Promise.reject(new Error('closed without a response')))
      const [fields] = await Promise.race([once(stream, 'response'), lost])
      lost.catch(() => {})
      stream.resume()
      return readReply(fields[':status'], fields['retry-after'])
    },
    async vanish(id) {
      const stream = open()
      await new Promise(resolve => stream.write(bodyOf(id, 500), resolve))
      // Both session.destroy() and stream.close() would end the body first.
      socket.destroy()
    },
    close: () => void socket.destroy(),
  }
}
