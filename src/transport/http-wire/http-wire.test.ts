import type { Phase } from '../../phase.ts'
import { openHttpSink } from '../../sink/http.ts'
import { type TransportCase, testTransport } from '../contract.ts'
import { http1Dialogue } from '../scripted-dialogue.ts'
import { hear, type Step, skip } from '../scripted-server.ts'
import type { HttpWireMode } from './http-wire.ts'
import { openWire } from './open-wire.fixture.ts'

const inOrder =
  (...steps: readonly Step[]): Step =>
  async peer => {
    for (const step of steps) await step(peer)
  }

function caseOf(mode: HttpWireMode, encrypted: boolean, reuse: boolean): TransportCase {
  const message: Phase[] = ['send', 'wait', 'receive']
  const begin =
    (options: object): Step =>
    peer =>
      encrypted ? peer.secure({ ...options, ALPNProtocols: ['http/1.1'] }) : undefined
  return {
    name: `wire HTTP, ${mode}, ${reuse ? 'kept' : 'fresh'}, TLS ${encrypted ? 'implicit' : 'none'}`,
    tls: encrypted ? 'implicit' : 'none',
    reuse,
    queues: mode === 'lockstep' && reuse,
    openSink: openHttpSink,
    open: options => openWire(options, { mode, encrypted, reuse }),
    cold: ['encode', 'queue', 'connect', ...(encrypted ? (['tls'] as const) : []), ...message],
    warm: ['encode', 'queue', ...message],
    wrongPassword: { phase: 'wait', code: 401 },
    sending: 'send',
    awaiting: 'wait',
    script: {
      handshake: steps => inOrder(...steps),
      part: (steps, options) => inOrder(begin(options), hear(/\r\n\r\n/), skip(8192), ...steps),
      whole: (steps, options) => inOrder(begin(options), http1Dialogue(steps)),
    },
  }
}

for (const mode of ['lockstep', 'pipelined'] as const) {
  for (const encrypted of [false, true]) {
    for (const reuse of [true, false]) testTransport(caseOf(mode, encrypted, reuse))
  }
}
