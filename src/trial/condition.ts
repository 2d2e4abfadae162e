import type { Nanoseconds } from '../clock.ts'
import { UsageError } from '../errors.ts'
import type { LinkSpec } from '../link/link.ts'
import type { MessageSource } from '../message/corpus.ts'
import { linkFaultOf } from '../sink/fault/fault-on-link.ts'
import { isOnLink } from '../sink/fault/fault-place.ts'
import type { FaultSpec } from '../sink/fault/fault-spec.ts'
import type { TlsMode } from '../sink/sink.ts'
import { type RetryPolicy, retryPolicyOf } from '../transport/retry-policy.ts'
import { parseDurationNs, parseSizeBytes } from '../units.ts'
import { batchOf } from './batch-choice.ts'
import { type Choice, combinations } from './combinations.ts'
import { labelled } from './condition-label.ts'
import { defaultConnections, dueWithin, type LoadChoice, loadOf, rampSpanNs } from './load-choice.ts'
import { withDefaults } from './merge-ways.ts'
import { type ClientName, type HttpVersion, type Mode, modesOf, openerOf, versionsOf } from './pairings.ts'
import { type ConditionFields, conditionFieldNames, overlaid, type Plan, planDefaults } from './plan.ts'
import { providerOf, scriptOf, type WaySpec, wayKey, waysIn } from './target-spec.ts'

/** A local sink, opened by the run itself. */
export interface SinkChoice {
  readonly kind: 'sink'
  readonly tls: TlsMode
  readonly auth: boolean
  /** Our own credentials are not those that it takes: to see what becomes of them. */
  readonly wrong?: true
  /** Answers at once, and nothing goes wrong, whatever the plan says: for floors, anatomies and rehearsals. */
  readonly bare?: true
  /** What goes wrong at it; left out where nothing does. */
  readonly faults?: readonly FaultSpec[]
}

/** A server that somebody else runs. */
export interface UrlChoice {
  readonly kind: 'url'
  /** As the plan writes it; of the provider's own server, its way's key. */
  readonly url: string
}

/** What a label names: repetitions of it share all of this. */
export interface Condition {
  readonly label: string
  /** Which of the plan's targets; undefined where it names none. */
  readonly targetName?: string | undefined
  readonly protocol: 'smtp' | 'http'
  readonly client: ClientName
  /** Of clients that have a choice. */
  readonly mode: Mode | undefined
  readonly httpVersion: HttpVersion | undefined
  readonly connection: 'reuse' | 'fresh'
  readonly load: LoadChoice
  readonly connections: number
  /** Messages of a call; undefined where a plan does not ask for it: one. */
  readonly batch?: number | undefined
  readonly target: SinkChoice | UrlChoice
  /** The emulated network before the server; empty where there is none. */
  readonly link: LinkSpec
  /** undefined: what fails once has failed. */
  readonly retry: RetryPolicy | undefined
  /** Requests carry an idempotency key. SMTP has no such thing. */
  readonly idempotency: boolean
  readonly message: MessageSource
  readonly recipients: number
  readonly messages: number
  readonly durationNs: Nanoseconds
  readonly warmup: { readonly messages: number; readonly durationNs: Nanoseconds }
  /** Of each step; `rfc`: what RFC 5321 §4.5.3.2 asks for. */
  readonly timeout: Nanoseconds | 'rfc'
  readonly repetitions: number
}

const messageOf = ({ message, size, merge }: Choice): MessageSource =>
  merge !== undefined
    ? { merge }
    : size === undefined
      ? (message ?? planDefaults.message)
      : { sizeBytes: parseSizeBytes(size) }

function warmupOf(warmup: Choice['warmup'], boundNs: Nanoseconds): Condition['warmup'] {
  const { warmup: fallback } = planDefaults
  if (typeof warmup === 'string')
    return { messages: Number.MAX_SAFE_INTEGER, durationNs: parseDurationNs(warmup) }
  return { messages: warmup ?? fallback, durationNs: boundNs }
}

/** HTTP has no STARTTLS: where SMTP upgrades, HTTP is encrypted from the start. */
function sinkOf(
  { tls, auth = planDefaults.auth, faults = [] }: Choice,
  protocol: 'smtp' | 'http',
): SinkChoice {
  const encrypted = protocol === 'smtp' ? 'starttls' : 'implicit'
  const atSink = faults.filter(({ at }) => !isOnLink(at))
  return {
    kind: 'sink',
    auth: auth !== false,
    ...(auth === 'wrong' && { wrong: true }),
    tls: tls === undefined || tls === 'starttls' ? encrypted : tls,
    ...(atSink.length > 0 && { faults: atSink }),
  }
}

/** The same server with nothing wrong about it, where it is ours. */
export function bareOf(target: Condition['target']): Condition['target'] {
  if (target.kind === 'url') return target
  const { kind, tls, auth } = target
  return { kind, tls, auth, bare: true }
}

function timeoutOf({ timeout = planDefaults.timeout }: Choice): Condition['timeout'] {
  return timeout === 'rfc' ? timeout : parseDurationNs(timeout)
}

function linkOf({ rtt, link, faults = [] }: Choice): LinkSpec {
  if (rtt !== undefined && link?.rtt !== undefined)
    throw new UsageError('rtt: stands in link as well: leave one of them out')
  const onLink = faults.filter(({ at }) => isOnLink(at)).map(linkFaultOf)
  return { ...link, ...(rtt !== undefined && { rtt }), ...(onLink.length > 0 && { faults: onLink }) }
}

/** What a condition is sent to, before it is known how to reach it. */
function choiceOf(way: WaySpec, choice: Choice): Condition['target'] {
  const { where, protocol, name } = way
  if (where === 'sink') {
    // A target that is emulated has faults of its own, on top of the condition's.
    const faults = [...(choice.faults ?? []), ...(scriptOf(way)?.faults ?? [])]
    return sinkOf({ ...choice, faults }, protocol)
  }
  return { kind: 'url', url: where === 'provider' ? wayKey(protocol, name) : where.url }
}

function conditionOf(choice: Choice, client: ClientName, way: WaySpec): Omit<Condition, 'label'> {
  const { protocol, name } = way
  const load = loadOf(choice)
  const [usualMode] = modesOf(client, protocol)
  const [usualVersion] = versionsOf(client, protocol)
  const boundNs = parseDurationNs(choice.duration ?? planDefaults.duration)
  const durationNs = load.kind === 'ramp' ? rampSpanNs(load) : boundNs
  // A trial that is bounded by time alone sends as much as it can in it; a ramp as much as it holds.
  const unbounded = (choice.duration !== undefined || load.kind === 'ramp') && choice.messages === undefined
  const messages = unbounded ? dueWithin(load, durationNs) : (choice.messages ?? planDefaults.messages)
  return {
    ...(name !== undefined && { targetName: name }),
    protocol,
    client,
    mode: usualMode && (choice.mode ?? usualMode),
    httpVersion: usualVersion && (choice.http_version ?? usualVersion),
    connection: choice.connection ?? planDefaults.connection,
    load,
    connections: choice.connections ?? defaultConnections(load),
    batch: batchOf(choice.batch, messages, load, protocol, providerOf(way.spec)),
    target: choiceOf(way, choice),
    link: linkOf(choice),
    retry: retryPolicyOf(choice.retry),
    idempotency: protocol === 'http' && (choice.idempotency ?? planDefaults.idempotency),
    message: messageOf(choice),
    recipients: choice.recipients ?? planDefaults.recipients,
    messages,
    durationNs,
    warmup: warmupOf(choice.warmup, durationNs),
    timeout: timeoutOf(choice),
    repetitions: choice.repeat ?? planDefaults.repeat,
  }
}

/** Whether a combination stands for a condition of this protocol. */
function isSpoken(choice: Choice, client: ClientName, protocol: 'smtp' | 'http'): boolean {
  const { transport = protocol, mode, http_version: version } = choice
  return (
    openerOf(client, protocol) !== undefined &&
    transport === protocol &&
    isKnown(mode, modesOf(client, protocol)) &&
    isKnown(version, versionsOf(client, protocol))
  )
}

/** Whether messages can get through: not where the credentials are wrong on purpose. */
export const isAdmitted = ({ target }: Condition) => target.kind !== 'sink' || target.wrong === undefined

/** Who has no choice in a matter takes whatever is asked. */
const isKnown = <T>(asked: T | undefined, known: readonly T[]) =>
  asked === undefined || known.length === 0 || known.includes(asked)

/** The conditions that a plan stands for, each once, in the plan's order. @throws UsageError */
export function conditionsOf(plan: Plan): Condition[] {
  const top = Object.fromEntries(
    conditionFieldNames.map(name => [name, plan[name]]),
  ) as Partial<ConditionFields>
  const blocks = (plan.conditions ?? [{}]).map(block =>
    withDefaults({
      ...(plan.script?.faults && { faults: plan.script.faults }),
      ...overlaid(defined(top), block),
    }),
  )
  const ways = waysIn(plan)
  if (
    ways.every(({ where }) => where !== 'sink') &&
    blocks.some(({ faults }) => faults?.some(({ at }) => !isOnLink(at)))
  )
    throw new UsageError(
      'faults: they happen at local sinks, and no target here is one: use sink, or a place on the link',
    )
  const conditions = blocks.flatMap(combinations).flatMap(choice =>
    ways.flatMap(way => {
      const client = choice.client as ClientName
      return isSpoken(choice, client, way.protocol) ? [conditionOf(choice, client, way)] : []
    }),
  )
  const unique = [...new Map(conditions.map(condition => [JSON.stringify(condition), condition])).values()]
  if (unique.length === 0) {
    throw new UsageError(
      'client: none of the clients speaks to the target that is named, in the mode that is named; use nodemailer or wire with --smtp, undici or wire with --api',
    )
  }
  const known = labelled(unique)
  const labels = new Set<string>()
  for (const { label } of known) {
    if (labels.has(label))
      throw new UsageError(`conditions: two of them are called "${label}"; make them differ or take one out`)
    labels.add(label)
  }
  return known
}

const defined = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
