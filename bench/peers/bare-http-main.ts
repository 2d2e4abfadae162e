/** The process of a bare `node:http` server, started by receivers.ts: what a sink costs that does nothing. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '../worker/serve.ts'

const answer = JSON.stringify({ id: '0badcafe-1-00000000' })
const head = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) }

const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => response.writeHead(202, head).end(answer))
})
const listening = new Promise<number>(resolve => {
  server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
})

serve<object, number>(() => listening)
