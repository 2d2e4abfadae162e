import type { Phase } from '../../phase.ts'
import type { TlsMode } from '../../sink/sink.ts'
import { openSmtpSink } from '../../sink/smtp.ts'
import { openSmtpWireSink } from '../../sink/smtp-wire/smtp-wire.ts'
import { type TestOptions, type TransportCase, testTransport, testUser } from '../contract.ts'
import { testSmtpClient } from '../contract-smtp.ts'
import { type SmtpDialogue, smtpDialogue } from '../scripted-dialogue.ts'
import { settle, skip, stall } from '../scripted-server.ts'
import { smtpWireTransport } from './smtp-wire.ts'
import type { Mode } from './submission.ts'

const setup: Record<TlsMode, Phase[]> = {
  none: ['greeting', 'hello', 'auth'],
  starttls: ['tls', 'greeting', 'hello', 'starttls', 'auth'],
  implicit: ['tls', 'greeting', 'hello', 'auth'],
}
const clientTls = { none: 'none', starttls: 'required', implicit: 'implicit' } as const

interface Variant {
  readonly tls: TlsMode
  readonly mode: Mode
  readonly reuse: boolean
}

function open(options: TestOptions, { tls, mode, reuse }: Variant) {
  const { host, port, ca, password, ...rest } = options
  return smtpWireTransport({
    address: { host, port },
    tls: clientTls[tls],
    trust: { insecure: false, resume: false, ...(ca !== '' && { ca }) },
    credentials: { user: testUser.user, password },
    mode,
    reuse,
    ...rest,
  })
}

function scriptFor(tls: TlsMode, mode: Mode): TransportCase['script'] {
  const dialogue = (options: object): SmtpDialogue => ({
    tls: tls === 'none' ? undefined : { mode: tls, options },
    extensions: mode === 'chunked' ? ['CHUNKING'] : [],
  })
  return {
    handshake: steps =>
      tls === 'implicit'
        ? async peer => {
            for (const step of steps) await step(peer)
          }
        : smtpDialogue({ STARTTLS: [peer => peer.say('220 2.0.0 go ahead\r\n'), ...steps] }, dialogue({})),
    part: (steps, options) =>
      smtpDialogue(
        mode === 'chunked'
          ? { BDAT: [skip(8192), stall, settle, ...steps] }
          : { DATA: [peer => peer.say('354 go ahead\r\n'), skip(8192), ...steps] },
        dialogue(options),
      ),
    whole: (steps, options) =>
      smtpDialogue({ '.': mode === 'chunked' ? [settle, ...steps] : steps }, dialogue(options)),
  }
}

function caseOf(tls: TlsMode, mode: Mode, reuse: boolean): TransportCase {
  const message: Phase[] = ['envelope', ...(mode === 'chunked' ? [] : ['data' as const]), 'content', 'reply']
  return {
    name: `wire, ${mode}, ${reuse ? 'reused' : 'fresh'}, TLS ${tls}`,
    tls,
    reuse,
    queues: reuse,
    // The sink on smtp-server does not offer CHUNKING.
    openSink: mode === 'chunked' ? openSmtpWireSink : openSmtpSink,
    open: options => open(options, { tls, mode, reuse }),
    cold: ['encode', 'queue', 'connect', ...setup[tls], ...message],
    warm: ['encode', 'queue', ...message],
    wrongPassword: { phase: 'auth', code: 535, enhancedCode: '5.7.8' },
    sending: 'content',
    awaiting: 'reply',
    script: scriptFor(tls, mode),
  }
}

for (const mode of ['lockstep', 'pipelined', 'chunked'] as const) {
  for (const tls of ['none', 'starttls', 'implicit'] as const) {
    for (const reuse of [true, false]) testTransport(caseOf(tls, mode, reuse))
  }
}

for (const mode of ['lockstep', 'pipelined', 'chunked'] as const) {
  testSmtpClient({
    name: `wire, ${mode}`,
    extensions: mode === 'chunked' ? ['CHUNKING'] : [],
    sendsAtOnce: mode === 'chunked',
    open: (options, tls) => open(options, { tls, mode, reuse: true }),
  })
}
