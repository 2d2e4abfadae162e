import { UsageError } from '../errors.ts'
import { loadTemplate } from '../message/corpus.ts'
import type { Provider } from '../provider/provider.ts'
import { providers } from '../provider/providers.ts'
import { hash32 } from '../random.ts'
import { allowanceOf, trialsOf } from './allowance.ts'
import { readAuthorities } from './authorities.ts'
import { checkBatchAddresses, checkBatchPath } from './batch-choice.ts'
import { type Condition, conditionsOf } from './condition.ts'
import { paced } from './pacing.ts'
import type { Plan } from './plan.ts'
import { checkResources, ownResources, type Resources } from './resources.ts'
import { createSecrets, type Secrets } from './secrets.ts'
import type { Environment, Target } from './target.ts'
import { providerOf, wayKey, waysIn } from './target-spec.ts'
import { knowWritten, resolveWay, type Terms, type Way } from './ways.ts'

/** A plan that has been checked against this machine: nothing is left that the user could have got wrong. */
export interface Prepared {
  readonly plan: Plan
  readonly conditions: readonly Condition[]
  /** Of each kind of condition, once: see anatomy.ts. */
  readonly anatomies: readonly Condition[]
  /** How each target is reached, and on what terms; by the key of the way. */
  readonly ways: ReadonlyMap<string, Way>
  /** Of the plan's own API: a target has one in its terms. */
  readonly provider: Provider
  readonly ca: string | undefined
  readonly secrets: Secrets
  readonly seed: string
  /** Names the run in its messages, see identity.ts. */
  readonly run: string
  /** The most messages that go to a host off loopback in the whole run; undefined: all are on loopback. */
  readonly cap: number | undefined
  /** Messages of the shortest trial that this cut; undefined where all are as they were planned. */
  readonly cutTo: number | undefined
  /** What they may cost, at the plan's prices. */
  readonly spend: number
}

/** The way that a condition's messages go; floors and the like have none of their own. */
export const wayOf = ({ ways }: Pick<Prepared, 'ways'>, { protocol, targetName }: Condition) =>
  ways.get(wayKey(protocol, targetName))

/** Where a real server is; undefined of a local sink. */
export const targetOf = (prepared: Pick<Prepared, 'ways'>, condition: Condition): Target | undefined =>
  condition.target.kind === 'url' ? wayOf(prepared, condition)?.target : undefined

/** What a condition's messages say, and in which dialect. */
export function termsOf(prepared: Pick<Prepared, 'ways' | 'plan' | 'provider'>, condition: Condition): Terms {
  const way = wayOf(prepared, condition)
  if (way) return way.terms
  const { from, to } = prepared.plan
  return { provider: prepared.provider, from, to, exactTo: false, headers: {} }
}

/** nodemailer makes its STARTTLS session itself, out of reach, and keeps no ticket of it. */
function checkResumption(plan: Plan, conditions: readonly Condition[], ways: Prepared['ways']): void {
  if (plan.tls_resume !== true) return
  const upgraded = conditions.some(condition => {
    const { protocol, client, target } = condition
    if (protocol !== 'smtp' || client === 'null') return false
    if (target.kind === 'sink') return target.tls === 'starttls'
    const named = targetOf({ ways }, condition)
    return named?.protocol === 'smtp' && (named.tls === 'required' || named.tls === 'offered')
  })
  if (upgraded) {
    throw new UsageError(
      '--tls-resume: nodemailer cannot resume a session that began with STARTTLS: use smtps://, or tls: implicit for the local sinks',
    )
  }
}

/** @throws UsageError where keys are asked for and nobody would know them */
function checkIdempotency({ idempotency }: Condition, provider: Provider): void {
  if (provider.idempotency || !idempotency) return
  const able = Object.values<Provider>(providers).filter(({ idempotency }) => idempotency)
  const names = able.map(({ name }) => name).join(', ')
  throw new UsageError(
    `--idempotency: the API of ${provider.name} has no idempotency keys; use --provider with one of ${names}`,
  )
}

/** @throws UsageError where the header alone is longer than the message is to be: the label would say another size */
function checkSize({ message }: Condition, sizeBytes: number): void {
  if (typeof message === 'string' || !('sizeBytes' in message) || message.sizeBytes >= sizeBytes) return
  throw new UsageError(
    `--size: ${message.sizeBytes}b is less than a header and a line of text take: give at least ${sizeBytes}b`,
  )
}

/** A message's identity has four hexadecimal digits for its trial, of which 0 is the rehearsal's. */
const TRIALS_MAX = 0xffff

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
export async function prepare(
  plan: Plan,
  environment: Environment,
  newSeed: string,
  resources: Resources = ownResources(),
): Promise<Prepared> {
  const secrets = createSecrets()
  knowWritten(plan, environment, secrets)
  const list = waysIn(plan).map(way => resolveWay(way, { plan, environment, secrets }))
  const ways = new Map(list.map(way => [way.key, way]))
  const held = (condition: Condition) => {
    const way = wayOf({ ways }, condition)
    return way ? paced(condition, way) : condition
  }
  const { conditions, anatomies, cap, cutTo, spend } = allowanceOf(plan, list, conditionsOf(plan), held)
  checkResumption(plan, conditions, ways)
  checkTrials(conditions, anatomies)
  const seed = String(plan.seed ?? newSeed)
  const run = hash32(`run/${seed}`).toString(16).padStart(8, '0')
  const own = ways.get(wayKey('http', undefined))
  const prepared = { plan, ways, provider: own?.terms.provider ?? providerOf(plan) }
  const sizes = new Map<string, number>()
  for (const condition of conditions) {
    const { message, recipients } = condition
    const { provider, ...terms } = termsOf(prepared, condition)
    checkIdempotency(condition, provider)
    checkBatchPath(condition, targetOf(prepared, condition), provider)
    const way = wayOf(prepared, condition)
    if (way) checkBatchAddresses(condition, way)
    const key = JSON.stringify([message, recipients, terms])
    const sizeBytes =
      sizes.get(key) ?? (await loadTemplate(message, { run, trial: 0, recipients, ...terms })).sizeBytes
    sizes.set(key, sizeBytes)
    checkSize(condition, sizeBytes)
    checkResources(condition, sizeBytes, resources)
  }
  return {
    ...prepared,
    conditions,
    anatomies,
    ca: plan.tls_ca === undefined ? undefined : readAuthorities(plan.tls_ca),
    secrets,
    seed,
    run,
    cap,
    cutTo,
    spend,
  }
}
