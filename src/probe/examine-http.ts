import { createDialer } from '../dial/dialer.ts'
import { messageOf } from '../errors.ts'
import { loadTemplate } from '../message/corpus.ts'
import type { Provider } from '../provider/provider.ts'
import { undiciTransport } from '../transport/http-undici.ts'
import type { HttpTarget } from '../trial/target.ts'
import {
  createListener,
  type ExamineOptions,
  encryptionWords,
  type Finding,
  refusalWords,
  untried,
} from './finding.ts'

async function handshake(target: HttpTarget, options: ExamineOptions): Promise<Finding> {
  const { trust, timeoutNs, clock } = options
  if (!target.encrypted) return untried('tls', 'not asked for: mail goes in clear')
  const tap = createListener(clock)
  const startNs = clock.nowNs()
  const tls = { ...trust, alpn: ['http/1.1'] }
  using dialer = createDialer({ address: target.address, tls, timeoutNs, clock, tap })
  try {
    await dialer.dial(() => {})
    return {
      step: 'tls',
      state: 'ok',
      detail: encryptionWords(tap, false) ?? '',
      spanNs: clock.nowNs() - startNs,
    }
  } catch (error) {
    return {
      step: 'tls',
      state: 'failed',
      detail: messageOf(error),
      spanNs: clock.nowNs() - startNs,
    }
  }
}

/** The dialect's cheapest call that needs a key, in the place of the one that sends. */
function accountOnly(provider: Provider): Provider | undefined {
  const { account } = provider
  return account && { ...provider, bodyDecides: true, request: (_message, key) => account(key) }
}

/** Who needs a key cannot be said to take one that was not shown to it. */
function keyWithoutCall({ title, key: form }: Provider, key: string | undefined): Finding {
  if (form === undefined && key === undefined) return untried('login', 'no key is given')
  const detail = `${title} has no call that needs a key and sends nothing`
  return { step: 'login', state: 'unchecked', detail, spanNs: null }
}

async function asked(target: HttpTarget, options: ExamineOptions): Promise<Finding> {
  const { provider, trust, timeoutNs, clock, signal, loginBar } = options
  if (loginBar) return { step: 'login', ...loginBar, spanNs: null }
  const { address, encrypted, key } = target
  const account = accountOnly(provider)
  if (!account) return keyWithoutCall(provider, key)
  const startNs = clock.nowNs()
  await using transport = undiciTransport({
    address,
    ...(encrypted && { trust }),
    version: '1.1',
    provider: account,
    ...(key !== undefined && { key }),
    reuse: false,
    connections: 1,
    timeoutNs,
    clock,
    signal,
  })
  // It is not sent: a transport is asked by messages, and the dialect makes another call of it.
  const template = await loadTemplate('password-reset', { run: '00000000', trial: 0 })
  const reply = await transport.submit(template.message(0))
  const isOk = reply.outcome === 'accepted'
  const { method, path } = account.request(template.message(0), key)
  const detail = isOk ? `${method} ${path}` : `${method} ${path}: ${refusalWords(reply)}`
  return { step: 'login', state: isOk ? 'ok' : 'failed', detail, spanNs: clock.nowNs() - startNs }
}

/** Encryption and key of an API, by a handshake and the cheapest call that needs a key. */
export async function examineHttp(target: HttpTarget, options: ExamineOptions): Promise<Finding[]> {
  const tls = await handshake(target, options)
  return [tls, tls.state === 'failed' ? untried('login') : await asked(target, options)]
}
