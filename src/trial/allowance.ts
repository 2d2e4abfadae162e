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
  /** Messages of the shortest trial that the cap made shorter; undefined where it left all as they were. */
  readonly cutTo: number | undefined
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

export const trialsOf = (conditions: readonly Condition[]) =>
  conditions.reduce((sum, { repetitions }) => sum + repetitions, 0)

/** Under a cap a submission counts as often as it may be made, for each of its recipients: each may be taken. */
const weightOf = ({ retry, recipients }: Condition) => (1 + (retry?.times ?? 0)) * recipients

const mostOf = (conditions: readonly Condition[]) => Math.max(...conditions.map(weightOf))

/** What one trial of each sends. */
const sentOnce = (conditions: readonly Condition[]) =>
  conditions.reduce((sum, condition) => sum + condition.messages * weightOf(condition), 0)

/** @throws UsageError where calls could not be as full as their label says */
function checkCalls({ batch = 1, messages }: Condition, cap: number): void {
  if (batch <= messages) return
  throw new UsageError(
    `--max-messages: ${cap} leave ${messages} messages to a trial, fewer than the ${batch} of its calls: allow more, or ask for smaller batches`,
  )
}

/** Under a cap each condition gets its share, so that one label does not use it all up. */
function capped(conditions: readonly Condition[], cap: number): Condition[] {
  const trials = trialsOf(conditions)
  const most = mostOf(conditions)
  if (cap < trials * most) {
    const unit = conditions.some(({ recipients }) => recipients > 1) ? 'messages' : 'attempts'
    const again = most > 1 ? ` of up to ${most} ${unit}` : ''
    throw new UsageError(
      `--max-messages: ${cap} are too few for ${conditions.length} labels and their ${trials} repetitions${again}`,
    )
  }
  return conditions.map(condition => {
    const share = Math.floor(cap / trials / weightOf(condition))
    const warmup = Math.min(condition.warmup.messages, Math.floor(share / 5))
    const messages = Math.min(condition.messages, share - warmup)
    const cut = { ...condition, warmup: { ...condition.warmup, messages: warmup }, messages }
    checkCalls(cut, cap)
    return cut
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
  const rest = cap - sentOnce(anatomies)
  if (rest < trialsOf(conditions) * mostOf(conditions))
    return { conditions: capped(conditions, cap), anatomies: [] }
  return { conditions: capped(conditions, rest), anatomies }
}

function cutOf(planned: readonly Condition[], sent: readonly Condition[]): number | undefined {
  const cut = sent.map(({ messages }) => messages).filter((messages, i) => messages !== planned[i]?.messages)
  return cut.length > 0 ? Math.min(...cut) : undefined
}

/** Each recipient is paid for, and so is what a sandbox swallows: not every provider gives that away. */
function priceOf(condition: Condition, ways: readonly Way[]): number {
  const way = ways.find(({ key }) => key === wayKey(condition.protocol, condition.targetName))
  if (!way || !isRemote(way) || condition.client === 'null') return 0
  const { messages, warmup, repetitions } = condition
  const sent = (messages + warmup.messages) * weightOf(condition) * repetitions
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
  return { cap, cutTo: cutOf(planned, conditions), conditions, anatomies, spend }
}
