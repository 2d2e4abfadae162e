import { UsageError } from '../errors.ts'
import { anatomiesOf } from './anatomy.ts'
import type { Condition } from './condition.ts'
import { type Plan, planDefaults } from './plan.ts'
import { isLoopback } from './target.ts'
import { wayKey } from './target-spec.ts'
import type { Way } from './ways.ts'

/** What a run may send to hosts off loopback, and what that may cost. Both are known before anything is sent. */
export interface Allowance {
  /** The most messages that go there in the whole run; undefined: all hosts are on loopback. */
  readonly cap: number | undefined
  readonly conditions: readonly Condition[]
  readonly anatomies: readonly Condition[]
  /** What they cost at most, at the prices that the plan names. */
  readonly spend: number
}

const isRemote = ({ target }: Way) => target !== undefined && !isLoopback(target.address.host)

/** @throws UsageError when the plan reaches beyond loopback without saying so */
function capOf(plan: Plan, ways: readonly Way[]): number | undefined {
  const host = ways.find(isRemote)?.target?.address.host
  if (host === undefined) return undefined
  if (plan.tls_insecure)
    throw new UsageError(`--tls-insecure: ${host} is not on loopback; use --tls-ca for a private authority`)
  if (plan.confirm !== true) {
    throw new UsageError(`${host} is not on loopback: add --yes (or confirm: true) to send it real mail`)
  }
  return plan.max_messages ?? planDefaults.max_messages
}

const messagesOf = (conditions: readonly Condition[]) =>
  conditions.reduce((sum, { messages }) => sum + messages, 0)

export const trialsOf = (conditions: readonly Condition[]) =>
  conditions.reduce((sum, { repetitions }) => sum + repetitions, 0)

/** Each may be taken: under a cap a submission counts as often as it may be made. */
const attemptsOf = ({ retry }: Condition) => 1 + (retry?.times ?? 0)

/** Under a cap each condition gets its share, so that one label does not use it all up. */
function capped(conditions: readonly Condition[], cap: number): Condition[] {
  const trials = trialsOf(conditions)
  const attemptsMost = Math.max(...conditions.map(attemptsOf))
  if (cap < trials * attemptsMost) {
    const again = attemptsMost > 1 ? ` of up to ${attemptsMost} attempts` : ''
    throw new UsageError(
      `--max-messages: ${cap} are too few for ${conditions.length} labels and their ${trials} repetitions${again}`,
    )
  }
  return conditions.map(condition => {
    const share = Math.floor(cap / trials / attemptsOf(condition))
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
): Pick<Allowance, 'conditions' | 'anatomies'> {
  const anatomies = skipAnatomy ? [] : anatomiesOf(conditions, cap !== undefined)
  if (cap === undefined) return { conditions, anatomies }
  const rest = cap - messagesOf(anatomies)
  if (rest < trialsOf(conditions) * Math.max(...conditions.map(attemptsOf)))
    return { conditions: capped(conditions, cap), anatomies: [] }
  return { conditions: capped(conditions, rest), anatomies }
}

/** Each recipient is paid for, and so is what a sandbox swallows: not every provider gives that away. */
function priceOf(condition: Condition, ways: readonly Way[]): number {
  const way = ways.find(({ key }) => key === wayKey(condition.protocol, condition.targetName))
  if (!way || !isRemote(way) || condition.client === 'null') return 0
  const { messages, warmup, repetitions, recipients } = condition
  const sent = (messages + warmup.messages) * attemptsOf(condition) * repetitions * recipients
  return (sent * (way.spec.price ?? 0)) / 1000
}

const money = (amount: number) => (amount < 0.01 && amount > 0 ? 'less than 0.01' : amount.toFixed(2))

/** @throws UsageError when the plan does not say yes to real mail, or may send or spend more than it allows */
export function allowanceOf(
  plan: Plan,
  ways: readonly Way[],
  planned: readonly Condition[],
  prepared: (condition: Condition) => Condition = condition => condition,
): Allowance {
  const cap = capOf(plan, ways)
  const within = withinCap(planned, cap, plan.skip_anatomy ?? false)
  const conditions = within.conditions.map(prepared)
  const anatomies = within.anatomies.map(prepared)
  const spend = [...conditions, ...anatomies].reduce((sum, condition) => sum + priceOf(condition, ways), 0)
  const most = plan.max_spend ?? planDefaults.max_spend
  if (spend > most) {
    throw new UsageError(
      `--max-spend: the run may cost ${money(spend)}, more than ${money(most)}: allow more, or send less`,
    )
  }
  return { cap, conditions, anatomies, spend }
}
