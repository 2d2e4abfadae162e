import { signIn } from '../transport/smtp-wire/sign-in.ts'
import type { SmtpTarget } from '../trial/target.ts'
import {
  createListener,
  type ExamineOptions,
  encryptionWords,
  type Finding,
  refusalWords,
  type Step,
  untried,
} from './finding.ts'

/** Encryption and credentials of a relay, in one session that sends nothing. */
export async function examineSmtp(target: SmtpTarget, options: ExamineOptions): Promise<Finding[]> {
  const { trust, timeoutNs, clock, signal, loginBar } = options
  const { address, tls, credentials } = target
  const tap = createListener(clock)
  const startNs = clock.nowNs()
  const given = loginBar || !credentials ? {} : { credentials }
  const { reply, lacksAuth } = await signIn({ address, tls, trust, timeoutNs, clock, signal, tap, ...given })
  const spanNs = clock.nowNs() - startNs
  const words = encryptionWords(tap, tls !== 'implicit')
  const isThrough = reply.outcome === 'accepted'
  const failed = (step: Step): Finding => ({
    step,
    state: 'failed',
    detail: refusalWords(reply),
    spanNs,
  })
  if (!isThrough && (reply.phase === 'tls' || reply.phase === 'starttls'))
    return [failed('tls'), untried('login')]
  const clear =
    tls === 'offered' ? 'STARTTLS is not offered: mail goes in clear' : 'not asked for: mail goes in clear'
  const tlsFinding: Finding = words
    ? { step: 'tls', state: 'ok', detail: words, spanNs: null }
    : untried('tls', isThrough || reply.phase === 'auth' ? clear : '')
  if (!isThrough) return [tlsFinding, failed('login')]
  if (loginBar) return [tlsFinding, { step: 'login', ...loginBar, spanNs: null }]
  if (!credentials) return [tlsFinding, untried('login', 'no credentials are given')]
  const login: Finding = lacksAuth
    ? { step: 'login', state: 'failed', detail: 'the server does not offer AUTH', spanNs }
    : { step: 'login', state: 'ok', detail: `AUTH as ${credentials.user}`, spanNs }
  return [tlsFinding, login]
}
