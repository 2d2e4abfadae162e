import { beforeAll, expect, it } from 'vitest'
import { type Certificate, createCertificate, createWrongCertificate } from './certificate.ts'
import { testByteFaults } from './contract-byte-faults.ts'
import { type Approach, type FaultCase, openScripted, testFaults } from './contract-faults.ts'
import { testHandshakeFaults } from './contract-handshake-faults.ts'
import { faultKindNames } from './fault/fault.ts'
import { observe } from './fault/observer.fixture.ts'
import { openHttpSink } from './http.ts'
import { compileScript } from './script.ts'

let certificate: Certificate
let wrongCertificate: Certificate
beforeAll(async () => {
  certificate = await createCertificate()
  wrongCertificate = await createWrongCertificate()
})

const body = JSON.stringify({ from: { address: 'a@example.net' }, to: [{ address: 'b@example.net' }] })
const request = `POST /send HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`
/** A request is one thing: the sink comes to all its parts by itself. */
const receipts = 'GET /_mailbench/receipts HTTP/1.1\r\nHost: x\r\n\r\n'
const whole: Approach = { before: [], say: request, after: receipts }

/** Whether a response, with a Content-Length, has come whole. */
function isResponse(text: string): boolean {
  const [head = '', content] = text.split('\r\n\r\n', 2)
  return content !== undefined && content.length === Number(/content-length: (\d+)/i.exec(head)?.[1])
}

const subject: FaultCase = {
  name: 'the HTTP/1.1 sink',
  certificate: () => certificate,
  wrongCertificate: () => wrongCertificate,
  greets: false,
  open: openHttpSink,
  approaches: { connect: whole, head: whole, body: whole, content: whole },
  kinds: faultKindNames,
  isReply: isResponse,
  unavailable: /^HTTP\/1\.1 503 .*\r\nconnection: close\r\n.*\r\n\r\n\{.*\}$/is,
  refused: {
    reject: /^HTTP\/1\.1 422 /,
    defer: /^HTTP\/1\.1 503 /,
    throttle: /^HTTP\/1\.1 429 .*\r\nretry-after: 1\r\n/is,
  },
  session: { say: request, wholeBytes: request.length },
}

testFaults(subject)
testHandshakeFaults(subject, 'implicit')
testByteFaults(subject)

it('are never met by who asks what was taken', async () => {
  await using bench = await openScripted(subject, compileScript({ faults: [{ at: 'head', do: 'reset' }] }))
  using observer = observe(bench.sink.endpoint)
  observer.say(receipts)
  await observer.see(({ heard }) => isResponse(heard()))
  expect(observer.heard()).toContain('"taken":0')
})
