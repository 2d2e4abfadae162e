import type { Bench } from 'tinybench'
import { ResponseParser } from '../../src/transport/http-wire/response-parser.ts'

const BODY = '{"id":"0badcafe-0001-00000000"}'

/** A server's clock: its replies are alike for a second. */
const reply = (second: number) =>
  Buffer.from(
    [
      'HTTP/1.1 202 Accepted',
      'Server: nginx',
      `Date: Wed, 25 Nov 2026 19:52:${String(second).padStart(2, '0')} GMT`,
      'Content-Type: application/json',
      `Content-Length: ${BODY.length}`,
      'Connection: keep-alive',
      '',
      BODY,
    ].join('\r\n'),
  )

function readWhole(parser: ResponseParser, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at = parser.read(bytes, at, bytes.length)
  if (parser.stage !== 'end') throw new Error(`the reply was not read: ${parser.fault}`)
  parser.next()
}

/** Reading HTTP replies off the wire, each in one read. */
export function httpWire(bench: Bench): void {
  const same = reply(0)
  const others = Array.from({ length: 60 }, (_, second) => reply(second))
  const parser = new ResponseParser()
  bench.add('HTTP wire: parse a reply like the one before', () => readWhole(parser, same))
  let next = 0
  bench.add('HTTP wire: parse a reply unlike the one before', () => {
    readWhole(parser, others[next++ % others.length] as Buffer)
  })
}
