import type { Template } from '../../message/message.ts'
import type { Reply } from '../../sample.ts'
import { templateOf, testOptions } from '../contract.ts'
import { type SmtpDialogue, type SmtpReactions, smtpDialogue } from '../scripted-dialogue.ts'
import { openScripted, type ScriptedServer } from '../scripted-server.ts'
import type { Transport } from '../transport.ts'
import { type SmtpWireOptions, smtpWireTransport } from './smtp-wire.ts'

/** A client in clear on one connection, unless told otherwise. */
export function openWire(port: number, options: Partial<SmtpWireOptions> = {}): Transport {
  const { connections, timeoutNs, clock, signal } = testOptions({ port, connections: 1 })
  return smtpWireTransport({
    address: { host: '127.0.0.1', port },
    tls: 'none',
    trust: { insecure: false, resume: false },
    mode: 'pipelined',
    reuse: true,
    connections,
    timeoutNs,
    clock,
    signal,
    ...options,
  })
}

export interface WireTrial {
  readonly reactions?: SmtpReactions
  readonly dialogue?: Omit<SmtpDialogue, 'log'>
  readonly options?: Partial<SmtpWireOptions>
  readonly messages?: number
  readonly recipients?: number
  readonly source?: Parameters<typeof templateOf>[0]
  /** All are submitted at once. @default one after another */
  readonly atOnce?: boolean
}

export interface WireResult {
  readonly replies: readonly Reply[]
  /** Verbs that the server heard. */
  readonly log: readonly string[]
  readonly accepted: number
  readonly fallbacks: readonly string[] | undefined
}

const templates = new Map<string, Promise<Template>>()

/** Large ones take time to make. */
export function templateOnce(...[source, recipients]: Parameters<typeof templateOf>): Promise<Template> {
  const key = JSON.stringify([source, recipients])
  const template = templates.get(key) ?? templateOf(source, recipients)
  templates.set(key, template)
  return template
}

/** Submits to a scripted server. */
export async function tryWire(trial: WireTrial): Promise<WireResult> {
  const { reactions = {}, dialogue = {}, options, messages = 1, recipients = 1, atOnce = false } = trial
  const log: string[] = []
  await using server: ScriptedServer = await openScripted([smtpDialogue(reactions, { ...dialogue, log })])
  await using transport = openWire(server.port, options)
  const template = await templateOnce(trial.source ?? 'password-reset', recipients)
  const indices = Array.from({ length: messages }, (_, index) => index)
  const replies: Reply[] = []
  if (atOnce) replies.push(...(await Promise.all(indices.map(i => transport.submit(template.message(i))))))
  else for (const index of indices) replies.push(await transport.submit(template.message(index)))
  return { replies, log, accepted: server.accepted, fallbacks: transport.fallbacks }
}
