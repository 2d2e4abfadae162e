import { UsageError } from '../errors.ts'
import { asShell } from '../provider/describe.ts'
import type { Provider } from '../provider/provider.ts'
import type { Plan } from './plan.ts'
import { asked, documented, type Rates, unlimited } from './rate.ts'
import { ownerOf, type SafeTerms, type Sending, safely } from './safe-mode.ts'
import type { Secrets } from './secrets.ts'
import {
  type Environment,
  expandVariables,
  type HttpTarget,
  isLoopback,
  keyOf,
  parseHttpTarget,
  parseSmtpTarget,
  type SmtpTarget,
  type Target,
} from './target.ts'
import { providerOf, type WaySpec, wayKey } from './target-spec.ts'

/** What a message says and where it goes, decided once for all trials of a way. */
export interface Terms {
  readonly provider: Provider
  readonly from: string | undefined
  readonly to: string | undefined
  /** Uses `to` as it is, unless the plan says otherwise: a real server may know no subaddressing. */
  readonly exactTo: boolean
  readonly headers: Readonly<Record<string, string>>
}

/** One way to one server, with all that it takes to use it. */
export interface Way extends WaySpec {
  readonly key: string
  /** undefined of a local sink, whose address is not known before it is opened. */
  readonly target: Target | undefined
  readonly terms: Terms
  /** What becomes of the mail. */
  readonly safety: string
  /** What it is asked a second at most. */
  readonly rates: Rates
}

export const optionOf = ({ name }: WaySpec, own: string) => (name === undefined ? own : `targets.${name}`)

/** A fact that names variables, with their values. */
const filled = (text: string, option: string, environment: Environment) =>
  expandVariables(asShell(text), option, environment)

/** What a plan itself says that nobody must read, whether or not it is used. @throws UsageError */
export function knowWritten(plan: Plan, environment: Environment, secrets: Secrets): void {
  const { smtp, api, api_key: key, targets = [] } = plan
  for (const url of [smtp, api, ...targets.flatMap(target => [target.smtp, target.api])])
    if (typeof url === 'string') secrets.addWritten(url)
  for (const { api_key: written } of targets) if (!written?.includes('${')) secrets.addKey(written)
  if (key !== undefined) secrets.addKey(keyOf(key, environment))
}

/** The provider's own relay, without credentials. STARTTLS on its usual port is what most clients use. */
function relayOf({ smtp, title }: Provider, option: string, environment: Environment): SmtpTarget {
  if (!smtp) throw new UsageError(`${option}: ${title} has no relay that is known: give smtp a URL`)
  const [port] = smtp.starttls
  const host = filled(smtp.host, option, environment)
  const address = { host, port: port ?? smtp.implicit[0] ?? 587 }
  const display = `smtp${port === undefined ? 's' : ''}://${host}:${address.port}`
  return { protocol: 'smtp', address, tls: port === undefined ? 'implicit' : 'required', display }
}

function sendingOf(way: WaySpec, plan: Plan, host: string, key: string | undefined): Sending {
  const { protocol, spec } = way
  const known = providerOf(spec)
  return {
    option: optionOf(way, 'provider'),
    // Whatever the plan says of it, a relay that is known delivers for who owns it.
    provider: protocol === 'smtp' ? (ownerOf(host) ?? known) : known,
    protocol,
    host,
    live: spec.live ?? plan.live ?? false,
    ownDomains: plan.own_domains ?? [],
    to: spec.to,
    fallback: plan.to,
    key,
  }
}

interface Resolved {
  readonly target: Target
  readonly safe: SafeTerms
}

/** What a way is resolved with. */
export interface Circumstances {
  readonly plan: Plan
  readonly environment: Environment
  readonly secrets: Secrets
  /** Decides how it is sent. @default safely, which refuses what is not safe */
  readonly judge?: (sending: Sending) => SafeTerms
}

/** Credentials of a named target that names none are the provider's variables. */
function smtpWay(way: WaySpec, circumstances: Circumstances): Resolved {
  const { plan, environment, secrets, judge = safely } = circumstances
  const { name, where, spec } = way
  const option = optionOf(way, '--smtp')
  const provider = providerOf(spec)
  const bare: SmtpTarget =
    typeof where === 'object'
      ? parseSmtpTarget(where.url, environment, option)
      : relayOf(provider, option, environment)
  if (bare.credentials) secrets.addCredentials(bare.credentials.user, bare.credentials.password)
  const safe = judge(sendingOf(way, plan, bare.address.host, bare.credentials?.password))
  const { smtp: relay } = provider
  if (bare.credentials || name === undefined || !relay) return { target: bare, safe }
  const password = safe.key ?? filled(relay.password, option, environment)
  const user = relay.user === relay.password ? password : filled(relay.user, option, environment)
  secrets.addCredentials(user, password)
  const tls = bare.tls === 'offered' ? 'required' : bare.tls
  return { target: { ...bare, tls, credentials: { user, password } }, safe }
}

function apiWay(way: WaySpec, circumstances: Circumstances): Resolved {
  const { plan, environment, secrets, judge = safely } = circumstances
  const { name, where, spec } = way
  const option = optionOf(way, '--api')
  const provider = providerOf(spec)
  const url = typeof where === 'object' ? where.url : filled(provider.origin ?? '', option, environment)
  const bare: HttpTarget = parseHttpTarget(url, spec.api_key, environment, option)
  secrets.addKey(bare.key)
  const safe = judge(sendingOf(way, plan, bare.address.host, bare.key))
  const own = name === undefined ? undefined : provider.key
  const key = bare.key ?? safe.key ?? (own === undefined ? undefined : filled(own, option, environment))
  secrets.addKey(key)
  return { target: { ...bare, ...(key !== undefined && { key }) }, safe }
}

function ratesOf({ spec, protocol }: WaySpec, provider: Provider, isLocal: boolean): Rates {
  if (spec.max_rate === 'none') return unlimited
  if (spec.max_rate !== undefined) return asked(spec.max_rate)
  return isLocal ? unlimited : documented(provider, protocol)
}

/** @throws UsageError naming the target, and what it lacks */
export function resolveWay(way: WaySpec, circumstances: Circumstances): Way {
  const { plan } = circumstances
  const { protocol, name, where, spec } = way
  const key = wayKey(protocol, name)
  const from = spec.from ?? plan.from
  if (where === 'sink') {
    const provider = providerOf(spec)
    const terms = { provider, from, to: spec.to ?? plan.to, exactTo: false, headers: {} }
    const rates = ratesOf(way, provider, true)
    return { ...way, key, target: undefined, terms, safety: 'an emulated sink', rates }
  }
  const resolve = protocol === 'smtp' ? smtpWay : apiWay
  const { target, safe } = resolve(way, circumstances)
  const { provider, to, headers = {}, words } = safe
  return {
    ...way,
    key,
    target,
    terms: { provider, from, to, exactTo: to !== undefined && plan.subaddress !== true, headers },
    safety: words,
    rates: ratesOf(way, provider, isLoopback(target.address.host)),
  }
}
