import { UsageError } from '../errors.ts'
import type { Provider } from '../provider/provider.ts'
import { batchPath } from '../transport/batched.ts'
import type { Condition } from './condition.ts'
import type { LoadChoice } from './load-choice.ts'
import type { Target } from './target.ts'

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

/** @throws UsageError where a plan asks for batch calls of a server on which it is not known where they are made */
export function checkBatchPath(
  { batch = 1 }: Condition,
  target: Target | undefined,
  provider: Provider,
): void {
  if (batch > 1 && target?.protocol === 'http') batchPath(provider, target.path)
}
