import { beforeAll, expect, it } from 'vitest'
import { NS_PER_MS, NS_PER_S, systemClock } from '../../clock.ts'
import { openRelay } from '../../link/relay.ts'
import { createReleases } from '../../link/releases.ts'
import { linkFaultOf } from '../../sink/fault/fault-on-link.ts'
import { type FaultSpec, faultSpec } from '../../sink/fault/fault-spec.ts'
import { compileScript } from '../../sink/script.ts'
import { expectNothingLeft } from '../../transport/contract.ts'
import { type ClientLabel, clients, type Protocol } from './cells.fixture.ts'
import { inWords } from './expected.fixture.ts'
import { type Material, makeMaterial, openClient, openStage, RUN } from './play.fixture.ts'

let material: Material
beforeAll(async () => {
  material = await makeMaterial()
})

/** Where the timeout is due; longer again where the machine stalled, and something else timed out. */
const IMPATIENT_NS = [250, 1000, 4000].map(ms => ms * NS_PER_MS)
const PATIENT_NS = 20 * NS_PER_S

/** Submits once through a link with this fault, which always strikes. */
async function submitThrough(protocol: Protocol, client: ClientLabel, spec: FaultSpec, timeoutNs: number) {
  const stage = await openStage(
    { protocol, step: 'content', tls: 'none', isWarm: false },
    compileScript({}),
    material,
  )
  await using _stage = stage
  using releases = createReleases(systemClock)
  const { host, port } = stage.sink.endpoint
  await using relay = await openRelay({
    target: { host, port },
    spec: { faults: [linkFaultOf(faultSpec.parse(spec))] },
    seed: 'link',
    releases,
    clock: systemClock,
  })
  await using transport = openClient(stage, client, timeoutNs, { host: relay.host, port: relay.port })
  const reply = await transport.submit(material.template.message(0))
  const taken = stage.ledger.receipts(RUN.run, RUN.trial).taken
  return `${inWords(reply)}${taken > 0 ? ', taken' : ''}`
}

/** Bytes that are in the middle of a message, and of the first reply. */
const [UP, DOWN] = [300, 10]

/** By fault: what SMTP clients report, and HTTP clients. Where two are right, a message in pieces may be cut between. */
const rows: readonly [FaultSpec, Record<Protocol, RegExp>][] = [
  [
    { at: 'link', do: 'refuse' },
    { smtp: /^faulted connect refused$/, http: /^faulted connect refused$/ },
  ],
  [
    { at: { link_up: UP }, do: 'reset' },
    { smtp: /^(?:faulted content|in_doubt reply|in_doubt envelope) reset$/, http: /^in_doubt wait reset$/ },
  ],
  [
    { at: { link_down: DOWN }, do: 'reset' },
    { smtp: /^faulted greeting reset$/, http: /^in_doubt wait reset, taken$/ },
  ],
  [
    { at: { link_up: UP }, do: 'silence' },
    { smtp: /^in_doubt (?:reply|envelope) timeout$/, http: /^in_doubt wait timeout$/ },
  ],
  [
    { at: { link_down: DOWN }, do: 'silence' },
    { smtp: /^faulted greeting timeout$/, http: /^in_doubt wait timeout, taken$/ },
  ],
  [
    { at: { link_up: UP }, do: 'stall', for: '20ms' },
    { smtp: /^accepted 250, taken$/, http: /^accepted 202, taken$/ },
  ],
]

/** What one client reports; again where only a stall of the machine can have spoilt it. */
async function reportOf(protocol: Protocol, client: ClientLabel, spec: FaultSpec, right: RegExp) {
  let words = ''
  for (const timeoutNs of spec.do === 'silence' ? IMPATIENT_NS : [PATIENT_NS]) {
    words = await submitThrough(protocol, client, spec, timeoutNs)
    if (right.test(words)) break
  }
  return words
}

it.each(rows)('a link with %j is called what it is by every client', (spec, expected) =>
  expectNothingLeft(async () => {
    const cells = (Object.keys(clients) as Protocol[]).flatMap(protocol =>
      clients[protocol].map(client => ({ protocol, client })),
    )
    const reports = await Promise.all(
      cells.map(({ protocol, client }) => reportOf(protocol, client, spec, expected[protocol])),
    )
    cells.forEach(({ protocol, client }, i) => {
      expect([client, reports[i]]).toEqual([client, expect.stringMatching(expected[protocol])])
    })
  }),
)
