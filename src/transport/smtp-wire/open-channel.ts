import type { Clock } from '../../clock.ts'
import { DialError, type Dialer } from '../../dial/dial.ts'
import type { Attempt } from '../attempt.ts'
import type { Capabilities } from './capabilities.ts'
import type { Channel } from './channel.ts'
import { Dialogue, Refusal } from './dialogue.ts'
import { type SetupOptions, setUp } from './setup.ts'

export interface OpenChannelOptions extends SetupOptions {
  readonly dialer: Dialer
  /** For all connections: what one reads is looked at before another does. */
  readonly readInto: Buffer
}

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
  options: OpenChannelOptions,
): Promise<ReadyChannel | undefined> {
  const { dialer, readInto, clock } = options
  let channel: Channel | undefined
  const onread = {
    buffer: readInto,
    callback: (sizeBytes: number) => {
      channel?.receive(readInto, sizeBytes)
      return true
    },
  }
  try {
    const connection = await dialer.dial((phase, atNs) => opener.enter(phase, atNs), onread)
    const dialogue = new Dialogue(connection, clock)
    channel = dialogue.channel
    opener.connectionId = channel.id
    opener.cancel = stopped => dialogue.channel.fail('reset', stopped.message)
    const capabilities = opener.settled ? undefined : await setUp(dialogue, opener, options)
    if (capabilities && !opener.settled) return { channel, capabilities }
    channel.destroy()
  } catch (error) {
    settleByError(opener, error, clock)
  }
  return undefined
}
