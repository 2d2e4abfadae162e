import type { Clock } from '../../clock.ts'
import { DialError, type Dialer } from '../../dial/dial.ts'
import type { Attempt } from '../attempt.ts'
import type { Capabilities } from './capabilities.ts'
import type { Channel } from './channel.ts'
import { Dialogue, Refusal } from './dialogue.ts'
import { type SetupOptions, setUp } from './setup.ts'

export interface ReadyChannel {
  readonly channel: Channel
  readonly capabilities: Capabilities
}

function settleByError(opener: Attempt, error: unknown, clock: Clock): void {
  const nowNs = clock.nowNs()
  if (error instanceof Refusal) opener.decide(error.verdict, nowNs)
  else if (error instanceof DialError)
    opener.fail(error.failure, error.message, nowNs, { phase: error.phase })
  else throw error
}

/**
 * Opens a connection, the whole setup of which is `opener`'s: its phases, and its failure.
 * @returns undefined when it failed, or the opener was stopped
 */
export async function openChannel(
  opener: Attempt,
  dialer: Dialer,
  options: SetupOptions,
): Promise<ReadyChannel | undefined> {
  try {
    const connection = await dialer.dial((phase, atNs) => opener.enter(phase, atNs))
    const dialogue = new Dialogue(connection, options.clock)
    const { channel } = dialogue
    opener.connectionId = channel.id
    opener.cancel = stopped => channel.fail('reset', stopped.message)
    const capabilities = opener.settled ? undefined : await setUp(dialogue, opener, options)
    if (capabilities && !opener.settled) return { channel, capabilities }
    channel.destroy()
  } catch (error) {
    settleByError(opener, error, options.clock)
  }
  return undefined
}
