import { UsageError } from '../errors.ts'
import { loadTemplate } from '../message/corpus.ts'
import type { Provider } from '../provider/provider.ts'
import { providers } from '../provider/providers.ts'
import { hash32 } from '../random.ts'
import { anatomiesOf } from './anatomy.ts'
import { readAuthorities } from './authorities.ts'
import { type Condition, conditionsOf } from './condition.ts'
import { type Plan, planDefaults } from './plan.ts'
import { safely } from './safe-mode.ts'
import { createSecrets, type Secrets } from './secrets.ts'
import {
  type Environment,
  isLoopback,
  keyOf,
  parseHttpTarget,
  parseSmtpTarget,
  type Target,
} from './target.ts'

/** A plan that has been checked against this machine: nothing is left that the user could have got wrong. */
export interface Prepared {
  readonly plan: Plan
  readonly conditions: readonly Condition[]
  /** Of each kind of condition, once: see anatomy.ts. */
  readonly anatomies: readonly Condition[]
  /** What the URLs of the plan name, by URL. */
  readonly targets: ReadonlyMap<string, Target>
  readonly provider: Provider
  readonly ca: string | undefined
  readonly secrets: Secrets
  readonly seed: string
  /** Names the run in its messages, see identity.ts. */
  readonly run: string
  /** The most messages that go to a host off loopback in the whole run; undefined: all are on loopback. */
  readonly cap: number | undefined
}

function addKey(secrets: Secrets, key: string | undefined): void {
  secrets.add(key)
  // Of a compound key each part travels by itself; what is short names a region, and is no secret.
  for (const part of key?.split(':') ?? []) if (part.length >= 16) secrets.add(part)
}

function targetsOf(plan: Plan, environment: Environment, secrets: Secrets): Map<string, Target> {
  const targets = new Map<string, Target>()
  if (plan.smtp !== undefined && plan.smtp !== 'sink') {
    const target = parseSmtpTarget(plan.smtp, environment)
    if (target.credentials) secrets.addCredentials(target.credentials.user, target.credentials.password)
    secrets.addWritten(plan.smtp)
    targets.set(plan.smtp, target)
  }
  if (plan.api !== undefined && plan.api !== 'sink') {
    const target = parseHttpTarget(plan.api, plan.api_key, environment)
    addKey(secrets, target.key)
    secrets.addWritten(plan.api)
    targets.set(plan.api, target)
  } else if (plan.api_key !== undefined) {
    addKey(secrets, keyOf(plan.api_key, environment))
  }
  return targets
}

/** @throws UsageError when the plan reaches beyond loopback without saying so */
function checkReach(plan: Plan, targets: ReadonlyMap<string, Target>): number | undefined {
  const remote = [...targets.values()].find(({ address }) => !isLoopback(address.host))
  if (!remote) return undefined
  const { host } = remote.address
  if (plan.tls_insecure)
    throw new UsageError(`--tls-insecure: ${host} is not on loopback; use --tls-ca for a private authority`)
  if (plan.confirm !== true) {
    throw new UsageError(`${host} is not on loopback: add --yes (or confirm: true) to send it real mail`)
  }
  return plan.max_messages ?? planDefaults.max_messages
}

const messagesOf = (conditions: readonly Condition[]) =>
  conditions.reduce((sum, { messages }) => sum + messages, 0)

/** Under a cap each condition gets its share, so that one label does not use it all up. */
function capped(conditions: readonly Condition[], cap: number): Condition[] {
  const trials = trialsOf(conditions)
  const share = Math.floor(cap / trials)
  if (share < 1) {
    throw new UsageError(
      `--max-messages: ${cap} are too few for ${conditions.length} labels and their ${trials} repetitions`,
    )
  }
  return conditions.map(condition => {
    const warmup = Math.min(condition.warmup.messages, Math.floor(share / 5))
    return {
      ...condition,
      warmup: { ...condition.warmup, messages: warmup },
      messages: Math.min(condition.messages, share - warmup),
    }
  })
}

/** What is sent, within the cap. Anatomies come out of it as well; a cap that is too small for them has none. */
function withinCap(
  conditions: readonly Condition[],
  cap: number | undefined,
  skipAnatomy: boolean,
): Pick<Prepared, 'conditions' | 'anatomies'> {
  const anatomies = skipAnatomy ? [] : anatomiesOf(conditions, cap !== undefined)
  if (cap === undefined) return { conditions, anatomies }
  const rest = cap - messagesOf(anatomies)
  if (rest < trialsOf(conditions)) return { conditions: capped(conditions, cap), anatomies: [] }
  return { conditions: capped(conditions, rest), anatomies }
}

/** nodemailer makes its STARTTLS session itself, out of reach, and keeps no ticket of it. */
function checkResumption(
  plan: Plan,
  conditions: readonly Condition[],
  targets: ReadonlyMap<string, Target>,
): void {
  if (plan.tls_resume !== true) return
  const upgraded = conditions.some(({ protocol, client, target }) => {
    if (protocol !== 'smtp' || client === 'null') return false
    if (target.kind === 'sink') return target.tls === 'starttls'
    const named = targets.get(target.url)
    return named?.protocol === 'smtp' && (named.tls === 'required' || named.tls === 'offered')
  })
  if (upgraded) {
    throw new UsageError(
      '--tls-resume: nodemailer cannot resume a session that began with STARTTLS: use smtps://, or tls: implicit for the local sinks',
    )
  }
}

/** A message's identity has four hexadecimal digits for its trial, of which 0 is the rehearsal's. */
const TRIALS_MAX = 0xffff

const trialsOf = (conditions: readonly Condition[]) =>
  conditions.reduce((sum, { repetitions }) => sum + repetitions, 0)

function checkTrials(conditions: readonly Condition[], anatomies: readonly Condition[]): void {
  const trials = trialsOf(conditions)
  if (trials + anatomies.length <= TRIALS_MAX) return
  throw new UsageError(
    `--repeat: ${conditions.length} labels and their ${trials} repetitions are too many, at most ${TRIALS_MAX} trials fit a run`,
  )
}

/**
 * Checks all that can be checked before a file is made or a socket opened.
 * @param newSeed used when the plan has none
 * @throws UsageError
 */
export async function prepare(plan: Plan, environment: Environment, newSeed: string): Promise<Prepared> {
  const secrets = createSecrets()
  const targets = targetsOf(plan, environment, secrets)
  const cap = checkReach(plan, targets)
  const { conditions, anatomies } = withinCap(conditionsOf(plan), cap, plan.skip_anatomy ?? false)
  checkResumption(plan, conditions, targets)
  checkTrials(conditions, anatomies)
  const seed = String(plan.seed ?? newSeed)
  const run = hash32(`run/${seed}`).toString(16).padStart(8, '0')
  for (const { message, recipients, target } of conditions) {
    await loadTemplate(message, {
      run,
      trial: 0,
      from: plan.from,
      to: plan.to,
      recipients,
      exactTo: isExact(plan, target.kind),
    })
  }
  return {
    plan,
    conditions,
    anatomies,
    targets,
    provider: safely(providers[plan.provider ?? planDefaults.provider], plan, targets.values()),
    ca: plan.tls_ca === undefined ? undefined : readAuthorities(plan.tls_ca),
    secrets,
    seed,
    run,
    cap,
  }
}

/** A real server may know no subaddressing: the mailbox that the user names is used as it is. */
export function isExact(plan: Plan, kind: 'sink' | 'url'): boolean {
  return kind === 'url' && plan.to !== undefined
}
