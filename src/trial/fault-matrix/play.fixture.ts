import { type Clock, type Nanoseconds, NS_PER_S, systemClock } from '../../clock.ts'
import type { Address } from '../../dial/dial.ts'
import { loadTemplate, type MessageSource } from '../../message/corpus.ts'
import type { Template } from '../../message/message.ts'
import { providers } from '../../provider/providers.ts'
import type { Cause, Reply } from '../../sample.ts'
import { type Certificate, createCertificate, createWrongCertificate } from '../../sink/certificate.ts'
import { createDraws } from '../../sink/draws.ts'
import { openHttpSink } from '../../sink/http.ts'
import { createLedger, type Ledger } from '../../sink/ledger.ts'
import { compileScript } from '../../sink/script.ts'
import type { Script, Sink, SinkUser } from '../../sink/sink.ts'
import { DEFAULT_SIZE_LIMIT_BYTES } from '../../sink/sinks.ts'
import { openSmtpWireSink } from '../../sink/smtp-wire/smtp-wire.ts'
import type { Transport } from '../../transport/transport.ts'
import { type Condition, conditionsOf } from '../condition.ts'
import { openerOf } from '../pairings.ts'
import type { Target } from '../target.ts'
import { type Cell, type ClientLabel, type Protocol, type Scene, specOf } from './cells.fixture.ts'

export const RUN = { run: '0badcafe', trial: 1 } as const
const user: SinkUser = { user: 'user', password: 'right' }

/** What all cells share: keys take time to make. */
export interface Material {
  readonly certificate: Certificate
  readonly wrongCertificate: Certificate
  readonly template: Template
}

export async function makeMaterial(message: MessageSource = 'password-reset'): Promise<Material> {
  return {
    certificate: await createCertificate(),
    wrongCertificate: await createWrongCertificate(),
    template: await loadTemplate(message, RUN),
  }
}

/** The condition of each client. */
const conditions = conditionsOf({
  client: ['nodemailer', 'undici', 'wire'],
  mode: ['lockstep', 'pipelined', 'chunked'],
  http_version: ['1.1', '2'],
})

function conditionOf(protocol: Protocol, client: ClientLabel): Condition {
  const found = conditions.find(({ label }) => label === `${protocol} ${client} reuse 1u`)
  if (!found) throw new Error(`no condition for ${protocol} ${client}`)
  return found
}

/** A sink's waits end with it: those that outlast every client are none at all. */
const sinkClock: Clock = {
  ...systemClock,
  sleep: spanNs => (spanNs > NS_PER_S ? new Promise(() => {}) : systemClock.sleep(spanNs)),
}

/** A sink with one fault, and what it took. */
export interface Stage extends AsyncDisposable {
  readonly scene: Scene
  readonly sink: Sink
  readonly ledger: Ledger
  readonly material: Material
}

export async function openStage(scene: Scene, script: Script, material: Material): Promise<Stage> {
  const ledger = createLedger()
  const open = scene.protocol === 'smtp' ? openSmtpWireSink : openHttpSink
  const { certificate, wrongCertificate } = material
  const sink = await open({
    host: '127.0.0.1',
    port: 0,
    tls: scene.tls,
    certificate,
    wrongCertificate,
    auth: 'required',
    users: [user],
    keys: [user.password],
    sizeLimitBytes: DEFAULT_SIZE_LIMIT_BYTES,
    script,
    draws: createDraws('matrix'),
    clock: sinkClock,
    ledger,
  })
  return { scene, sink, ledger, material, [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose]() }
}

function targetOf({ scene: { protocol, tls }, sink }: Stage): Target {
  const { host, port } = sink.endpoint
  const address = { host, port }
  if (protocol === 'http')
    return { protocol, address, encrypted: tls !== 'none', key: user.password, display: '' }
  return { protocol, address, tls: tls === 'starttls' ? 'required' : tls, credentials: user, display: '' }
}

export function openClient(
  stage: Stage,
  client: ClientLabel,
  timeoutNs: Nanoseconds,
  relay?: Address,
): Transport {
  const { scene, material } = stage
  const condition = { ...conditionOf(scene.protocol, client), timeout: timeoutNs }
  const open = openerOf(condition.client, scene.protocol)
  if (!open) throw new Error(`${client} does not speak ${scene.protocol}`)
  return open({
    condition,
    target: targetOf(stage),
    relay,
    trust: { ca: material.certificate.ca, insecure: false, resume: false },
    provider: providers.generic,
    clock: systemClock,
    signal: new AbortController().signal,
  })
}

/** What a submission came to, and whether the sink had taken it in the end. */
export interface Observed extends Pick<Reply, 'outcome' | 'phase' | 'code' | 'enhancedCode'> {
  readonly cause?: Cause | undefined
  readonly taken: number
}

/** One submission by one client to a sink with one fault, over a connection of its own or a used one. */
export async function play(
  { scene, fault, client }: Cell,
  timeoutNs: Nanoseconds,
  material: Material,
): Promise<Observed> {
  // A message comes to each exchange once: the second meets what strikes every other time.
  const spec = { ...specOf(fault, scene.step), ...(scene.isWarm && { every: 2 }) }
  await using stage = await openStage(scene, compileScript({ faults: [spec] }), material)
  const index = scene.isWarm ? 1 : 0
  const { outcome, phase, cause, code, enhancedCode } = await (async () => {
    await using transport = openClient(stage, client, timeoutNs)
    if (scene.isWarm) await transport.submit(material.template.message(0))
    return await transport.submit(material.template.message(index))
  })()
  const taken = stage.ledger.receipts(RUN.run, RUN.trial).counts[index] ?? 0
  return { outcome, phase, cause, code, enhancedCode, taken }
}
