import type { Socket } from 'node:net'
import { createDialer } from '../../dial/dialer.ts'
import { tapped } from '../../dial/tap.ts'
import { createEncrypt } from '../../dial/tls.ts'
import type { Reply } from '../../sample.ts'
import { Attempt } from '../attempt.ts'
import { evenLimits } from '../step-limits.ts'
import { createWatch } from '../watch.ts'
import { openChannel } from './open-channel.ts'
import type { SmtpWireOptions } from './smtp-wire.ts'

export type SignInOptions = Pick<
  SmtpWireOptions,
  'address' | 'tls' | 'trust' | 'credentials' | 'mechanism' | 'tap' | 'clock' | 'signal'
> & { readonly timeoutNs: number }

/** How far a session came: `accepted` when a message could have been sent. */
export interface SignedIn {
  readonly reply: Reply
  /** AUTH was meant, and could not be tried. */
  readonly lacksAuth: boolean
}

const READ_BYTES = 64 * 1024

/** Opens a session as far as AUTH, sends no mail, and takes its leave. */
export async function signIn(options: SignInOptions): Promise<SignedIn> {
  const { address, tls, trust, timeoutNs, clock, signal, tap } = options
  using dialer = createDialer({
    address,
    ...(tls === 'implicit' && { tls: trust }),
    timeoutNs,
    clock,
    tap,
  })
  using watch = createWatch({ timeoutNs: evenLimits(timeoutNs), clock, signal })
  const encrypt = createEncrypt({ host: address.host, trust })
  const attempt = new Attempt(0)
  let lacksAuth = false
  watch.add(attempt)
  const ready = await openChannel(attempt, {
    ...options,
    dialer,
    readInto: Buffer.allocUnsafeSlow(READ_BYTES),
    encrypt: async (raw: Socket) => tapped(await encrypt(raw), tap, clock),
    onFallback: () => (lacksAuth = true),
  })
  if (ready) {
    attempt.decide({ outcome: 'accepted' }, clock.nowNs())
    ready.channel.quit()
  }
  watch.delete(attempt)
  return { reply: await attempt.reply, lacksAuth }
}
