import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { request as fetchOnce } from 'undici'
import type { HttpRequest } from '../../provider/provider.ts'
import type { Ledger } from '../ledger.ts'
import type { ScriptSpec } from '../script.ts'
import { openSinks } from '../sinks.ts'

/** The sink as an official client meets it, and what that client sent. */
export interface SdkBench extends AsyncDisposable {
  readonly origin: string
  /** HOST:PORT */
  readonly host: string
  readonly requests: readonly HttpRequest[]
  readonly ledger: Ledger
}

/** Takes one message, and then none for as long as a test runs. */
export const throttled: ScriptSpec = { throttle: '0.01/s' }

/** A server that passes everything on to the sink and back, and keeps the requests. */
export async function openSdkBench(key: string, script: ScriptSpec = {}): Promise<SdkBench> {
  const opened = new AsyncDisposableStack()
  const sinks = opened.use(
    await openSinks({ listeners: [{ protocol: 'http', tls: 'none' }], script, seed: 'sdk', keys: [key] }),
  )
  const requests: HttpRequest[] = []

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const { url: path = '', headers } = request
    const method = request.method === 'GET' ? 'GET' : 'POST'
    requests.push({ method, path, headers: headers as HttpRequest['headers'], body })
    const { connection: _own, 'transfer-encoding': _chunked, expect: _waits, ...fields } = headers
    const target = `http://127.0.0.1:${sinks.endpoints[0]?.port}${path}`
    const answer = await fetchOnce(target, { method, headers: fields, ...(body.length > 0 && { body }) })
    const { connection: _theirs, ...given } = answer.headers
    response.writeHead(answer.statusCode, given).end(await answer.body.text())
  }

  const server = createServer((request, response) => void pass(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  opened.defer(() => {
    server.closeAllConnections()
    return new Promise<void>(resolve => server.close(() => resolve()))
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin: `http://${host}`,
    host,
    requests,
    ledger: sinks.ledger,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** What two bodies of JSON have to be alike in. */
export const jsonOf = (request: HttpRequest | undefined): unknown => JSON.parse(String(request?.body))
