import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadTemplate, type MessageSource, messageNames } from '../../message/corpus.ts'
import {
  type RecordedCall,
  type RecordingServer,
  recordHttp,
} from '../../message/recording-server.fixture.ts'
import { generic } from '../../provider/generic.ts'
import { createCertificate } from '../../sink/certificate.ts'
import { openSinks, type Sinks } from '../../sink/sinks.ts'
import { testOptions } from '../contract.ts'
import { openWire } from './open-wire.fixture.ts'

const RUN = '0badcafe'
const sources: readonly MessageSource[] = [...messageNames, { sizeBytes: 1024 }, { sizeBytes: 200_000 }]
/** Of each source: enough for several to be staged at a time. */
const COUNT = 12

const modes = (['lockstep', 'pipelined'] as const).flatMap(mode =>
  [true, false].map((reuse): [string, 'lockstep' | 'pipelined', boolean] => [
    `${mode}, ${reuse ? 'kept' : 'fresh'}`,
    mode,
    reuse,
  ]),
)

/** Mixed, so that the copies that a connection keeps change from one message to the next. */
async function messagesOf(trial: number) {
  const templates = await Promise.all(sources.map(source => loadTemplate(source, { run: RUN, trial })))
  return Array.from({ length: COUNT * sources.length }, (_, i) => {
    const template = templates[(i * 5 + Math.floor(i / 7)) % templates.length]
    if (!template) throw new Error('no template')
    return template.message(i)
  })
}

describe('the corpus over wire HTTP', () => {
  let server: RecordingServer<RecordedCall>
  let sinks: Sinks
  let ca: string
  beforeAll(async () => {
    const certificate = await createCertificate()
    ca = certificate.ca
    server = await recordHttp(certificate)
    sinks = await openSinks({ listeners: [{ protocol: 'http', tls: 'none' }], script: {}, seed: 'corpus' })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await sinks[Symbol.asyncDispose]()
  })

  it.each(modes)('arrives as it is, octet for octet: %s', async (_name, mode, reuse) => {
    const messages = await messagesOf(1)
    const options = testOptions({ port: server.port, ca, connections: 2 })
    await using transport = openWire(options, { mode, reuse, encrypted: true })
    const before = server.records.length
    const replies = await Promise.all(messages.map(message => transport.submit(message)))
    expect(new Set(replies.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']))
    const bodies = server.records.slice(before).map(({ body }) => body.toString('latin1'))
    const expected = messages.map(message => generic.request(message, 'k').body.toString('latin1'))
    // Not through a matcher: it would print megabytes.
    expect(bodies.toSorted().join() === expected.toSorted().join()).toBe(true)
  })

  it.each(modes)('is taken by our own sink, each message once: %s', async (name, mode, reuse) => {
    const trial = 2 + modes.findIndex(([other]) => other === name)
    const messages = await messagesOf(trial)
    const options = testOptions({ port: sinks.endpoints[0]?.port ?? 0, connections: 3 })
    await using transport = openWire(options, { mode, reuse })
    const replies = await Promise.all(messages.map(message => transport.submit(message)))
    expect(new Set(replies.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']))
    expect([...sinks.ledger.receipts(RUN, trial).counts]).toEqual(messages.map(() => 1))
  })
})
