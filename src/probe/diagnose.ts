import type { Clock, Nanoseconds } from '../clock.ts'
import type { TlsTrust } from '../dial/dial.ts'
import { UsageError } from '../errors.ts'
import type { Provider } from '../provider/provider.ts'
import type { Plan } from '../trial/plan.ts'
import { ownerOf, type SafeTerms, type Sending, safely } from '../trial/safe-mode.ts'
import type { Secrets } from '../trial/secrets.ts'
import { type Environment, isLoopback } from '../trial/target.ts'
import { type WaySpec, waysIn } from '../trial/target-spec.ts'
import { knowWritten, resolveWay, type Way } from '../trial/ways.ts'
import { examine } from './examine.ts'
import { type Examined, type ExamineOptions, steps, untried } from './finding.ts'

export interface DiagnoseOptions {
  readonly plan: Plan
  readonly environment: Environment
  readonly secrets: Secrets
  readonly trust: TlsTrust
  readonly timeoutNs: Nanoseconds
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** What is known of one way to one target. */
export interface Diagnosis extends Examined {
  /** undefined where the plan names no target. */
  readonly name: string | undefined
  readonly protocol: 'smtp' | 'http'
  /** Without credentials. */
  readonly server: string
  /** No firewall is before it. */
  readonly isOnLoopback: boolean
  /** What `run` would make of its mail, or why it would not send. */
  readonly mail: { readonly isAllowed: boolean; readonly words: string }
  /** Nothing that was tried failed; undefined where nothing did, and something could not be tried. */
  readonly works: boolean | undefined
}

/** What stands for a variable that is not set, where only the others are needed. */
const PLACEHOLDER = 'unset.invalid'

/** Looks variables up, and remembers those that are not set instead of giving up at the first. */
function forgiving(environment: Environment): { environment: Environment; missing: Set<string> } {
  const missing = new Set<string>()
  const get = (_target: object, name: string) => {
    const value = environment[name]
    if (value !== undefined && value !== '') return value
    missing.add(name)
    return PLACEHOLDER
  }
  return { environment: new Proxy({}, { get }), missing }
}

/** The ports that mail is submitted by (RFC 6409, RFC 8314, and what providers add): networks block some. */
const SUBMISSION_PORTS = [25, 465, 587, 2525]

function otherPortsOf({ target, protocol, terms }: Way): number[] {
  if (!target || isLoopback(target.address.host)) return []
  if (protocol === 'http') return [443]
  const relay = ownerOf(target.address.host)?.smtp ?? terms.provider.smtp
  return [...SUBMISSION_PORTS, ...(relay ? [...relay.starttls, ...relay.implicit] : [])]
}

/** A key that does nothing but pretend to send opens nothing else. */
function loginBarOf({ target, terms }: Way, missing: ReadonlySet<string>): ExamineOptions['loginBar'] {
  if (missing.size > 0) {
    const names = [...missing].join(', ')
    return { state: 'failed', detail: `not set: ${names}` }
  }
  const { safe }: Provider = terms.provider
  const isTest = target?.protocol === 'http' && safe.api.kind === 'key' && target.key === safe.api.key
  return isTest
    ? { state: 'untried', detail: `${target.key} opens nothing but its test of messages` }
    : undefined
}

const untriedAll = (detail: string): Examined => ({
  findings: steps.map(step => untried(step, step === 'dns' ? detail : '')),
  ports: [],
})

/** Where to go and what becomes of the mail; a plan that `run` would refuse is looked at all the same. */
function located(spec: WaySpec, options: DiagnoseOptions, environment: Environment) {
  let refusal: string | undefined
  const judge = (sending: Sending): SafeTerms => {
    try {
      return safely(sending)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      refusal = error.message
      return { provider: sending.provider, to: undefined, words: '' }
    }
  }
  const way = resolveWay(spec, { plan: options.plan, environment, secrets: options.secrets, judge })
  return { way, mail: { isAllowed: refusal === undefined, words: refusal ?? way.safety } }
}

async function diagnoseWay(spec: WaySpec, options: DiagnoseOptions): Promise<Diagnosis> {
  const { secrets, trust, timeoutNs, clock, signal } = options
  const { name, protocol } = spec
  const { environment, missing } = forgiving(options.environment)
  const { way, mail } = located(spec, options, environment)
  const { target } = way
  const about = { name, protocol, mail }
  if (!target)
    return {
      ...about,
      ...untriedAll('a local sink, which the run opens'),
      server: 'sink',
      isOnLoopback: true,
      works: true,
    }
  const { host } = target.address
  const isOnLoopback = isLoopback(host)
  if (trust.insecure && !isOnLoopback)
    throw new UsageError(`--tls-insecure: ${host} is not on loopback; use --tls-ca for a private authority`)
  const server = target.display.replaceAll(PLACEHOLDER, '?')
  if (host.includes(PLACEHOLDER)) {
    const detail = `not set: ${[...missing].join(', ')}`
    const { findings } = untriedAll('')
    const failed = findings.map(finding =>
      finding.step === 'dns' ? { ...finding, state: 'failed' as const, detail } : finding,
    )
    return { ...about, findings: failed, ports: [], server, isOnLoopback, works: false }
  }
  const examined = await examine({
    target,
    otherPorts: otherPortsOf(way),
    provider: way.terms.provider,
    loginBar: loginBarOf(way, missing),
    trust,
    timeoutNs,
    mask: text => secrets.mask(text),
    clock,
    signal,
  })
  const states = examined.findings.map(({ state }) => state)
  const isWrong = !mail.isAllowed || states.includes('failed')
  const works = !isWrong && states.includes('unchecked') ? undefined : !isWrong
  return { ...about, ...examined, server, isOnLoopback, works }
}

/**
 * Looks at every way of a plan at the same time, and sends nothing.
 * @throws UsageError when the plan itself is wrong
 */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis[]> {
  const { plan, environment, secrets } = options
  const specs = waysIn(plan)
  knowWritten(plan, forgiving(environment).environment, secrets)
  return Promise.all(specs.map(spec => diagnoseWay(spec, options)))
}
