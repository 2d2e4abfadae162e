import { hostname } from 'node:os'
import type { Clock } from '../../clock.ts'
import { DialError } from '../../dial/dial.ts'
import type { Encrypt } from '../../dial/tls.ts'
import type { Phase } from '../../phase.ts'
import type { Attempt } from '../attempt.ts'
import type { Credentials } from '../transport.ts'
import { authenticate } from './auth.ts'
import { type Capabilities, capabilitiesOf } from './capabilities.ts'
import { type Dialogue, refuse } from './dialogue.ts'
import type { Mechanism } from './sasl.ts'

export interface SetupOptions {
  readonly tls: 'none' | 'offered' | 'required' | 'implicit'
  readonly encrypt: Encrypt
  readonly credentials?: Credentials | undefined
  readonly mechanism?: Mechanism | undefined
  /** How the client calls itself in EHLO. */
  readonly ehloName?: string | undefined
  readonly clock: Clock
  /** Told why less is done than was asked for. */
  readonly onFallback: (reason: string) => void
}

/** A name of at least two labels; what else a machine may be called is no domain (RFC 5321 §2.3.5). */
const domain = /^[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)+$/i

/** RFC 5321 §4.1.4: a client without a name of its own uses its address. */
function nameOf(localAddress: string | undefined): string {
  const host = hostname()
  if (domain.test(host)) return host
  const address = localAddress ?? '127.0.0.1'
  return address.includes(':') ? `[IPv6:${address}]` : `[${address}]`
}

/**
 * Brings a new connection to the point at which messages can be sent: greeting, EHLO, STARTTLS, AUTH. Each
 * phase is entered on behalf of `opener`, who waits for it.
 * @throws Refusal when the server refuses, DialError for what goes wrong otherwise
 */
export async function setUp(
  dialogue: Dialogue,
  opener: Attempt,
  options: SetupOptions,
): Promise<Capabilities> {
  const { tls, encrypt, credentials, clock } = options
  const { channel } = dialogue
  const name = options.ehloName ?? nameOf(channel.localAddress)

  function enter(phase: Phase): void {
    dialogue.phase = phase
    opener.enter(phase, clock.nowNs())
  }

  async function hello(): Promise<Capabilities> {
    enter('hello')
    const reply = await dialogue.command(`EHLO ${name}`)
    if (reply.code < 300) return capabilitiesOf(reply.text)
    if (reply.code < 400 || reply.code === 421) return refuse(reply, 'policy', 'hello')
    // RFC 5321 §3.2: a server may know HELO only.
    const second = await dialogue.command(`HELO ${name}`)
    return second.code < 300 ? capabilitiesOf('') : refuse(second, 'policy', 'hello')
  }

  async function startTls(): Promise<void> {
    enter('starttls')
    const reply = await dialogue.command('STARTTLS', true)
    if (reply.code !== 220) refuse(reply, 'tls', 'starttls')
    // Whoever sits between could have added it, to be taken for the server's encrypted words (CVE-2011-0411).
    if (channel.unreadBytes > 0)
      throw new DialError('starttls', 'tls', 'the server said more in clear after its reply to STARTTLS')
    enter('tls')
    await channel.secure(encrypt)
  }

  enter('greeting')
  const greeting = await dialogue.reply()
  if (greeting.code !== 220) refuse(greeting, 'policy', 'greeting')
  let capabilities = await hello()
  // Where it is required it is asked for even when it is not offered: a refusal is better than silence in clear.
  if (tls === 'required' || (tls === 'offered' && capabilities.startTls)) {
    await startTls()
    // RFC 3207 §4.2: what was said before is forgotten.
    capabilities = await hello()
  }
  if (credentials) {
    const { mechanisms: offered } = capabilities
    if (offered.length > 0) {
      enter('auth')
      await authenticate(dialogue, { credentials, mechanism: options.mechanism, offered })
    } else options.onFallback('auth: the server does not offer AUTH')
  }
  dialogue.check()
  return capabilities
}
