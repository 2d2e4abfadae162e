import { UsageError } from '../errors.ts'
import type { Provider } from '../provider/provider.ts'
import { batchPath } from '../transport/batched.ts'
import type { Condition } from './condition.ts'
import type { LoadChoice } from './load-choice.ts'
import type { Target } from './target.ts'
import { optionOf, type Way } from './ways.ts'

function checkSize(size: number, { name, batch }: Provider): void {
  if (!batch)
    throw new UsageError(`batch: ${name} has no call that takes several messages: leave it out, or say max`)
  if (size > batch.messagesMax)
    throw new UsageError(`batch: ${name} takes at most ${batch.messagesMax} messages a call: say so, or max`)
}

/**
 * Messages of a call, no more than there are; one where there is no call that takes several, as over SMTP.
 * Undefined where the plan does not ask.
 * @throws UsageError
 */
export function batchOf(
  batch: number | 'max' | undefined,
  messages: number,
  load: LoadChoice,
  protocol: 'smtp' | 'http',
  provider: Provider,
): number | undefined {
  if (batch === undefined || batch === 1) return batch
  if (protocol === 'smtp' || (batch === 'max' && !provider.batch)) return 1
  if (load.kind !== 'closed')
    throw new UsageError('batch: goes with users, who fill a call together: leave rate and ramp out')
  const size = batch === 'max' ? (provider.batch?.messagesMax ?? 1) : batch
  checkSize(size, provider)
  return Math.min(size, messages)
}

/** @throws UsageError where the messages of a call could not be told apart */
export function checkBatchAddresses({ batch = 1 }: Condition, way: Way): void {
  const { provider, to, exactTo } = way.terms
  if (batch === 1 || !exactTo || to === undefined || !provider.batch?.keyedByAddress) return
  throw new UsageError(
    `${optionOf(way, 'batch')}: a call of ${provider.name} tells its messages by their addresses, and all go to ${to}: ` +
      `add --subaddress if that mailbox takes ${to.replace('@', '+any@')}, or say batch: 1`,
  )
}

/** @throws UsageError where a plan asks for batch calls of a server on which it is not known where they are made */
export function checkBatchPath(
  { batch = 1 }: Condition,
  target: Target | undefined,
  provider: Provider,
): void {
  if (batch > 1 && target?.protocol === 'http') batchPath(provider, target.path)
}
