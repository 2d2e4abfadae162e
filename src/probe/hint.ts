import type { Reply } from '../sample.ts'
import type { Target } from '../trial/target.ts'

/**
 * What a failure without a byte from the server is likely to mean: one that speaks TLS from the start waits for its
 * client's hello where SMTP waits for the server's greeting, and hangs up on a request in the clear.
 */
export function hintOf(
  target: Target,
  { phase, cause, code }: Pick<Reply, 'phase' | 'cause' | 'code'>,
  bytesDown: number,
): string | undefined {
  if (bytesDown > 0 || code !== undefined) return undefined
  if (target.protocol === 'smtp')
    return phase === 'greeting' && cause === 'timeout' && target.tls !== 'implicit'
      ? 'does it speak TLS from the start? try smtps://'
      : undefined
  return cause === 'reset' && !target.encrypted ? 'does it speak TLS? try https://' : undefined
}
