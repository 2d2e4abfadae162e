import { describe, expect, it } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import {
  endingScenarios,
  type FaultCase,
  isEnded,
  openScripted,
  type Scenario,
  STALL,
} from './contract-faults.ts'
import { openSocket } from './contract-smtp.ts'
import { endings } from './fault/fault.ts'
import type { FaultSpec } from './fault/fault-spec.ts'
import { observe } from './fault/observer.fixture.ts'
import { compileScript } from './script.ts'

/** The head of a record that a ClientHello comes in (RFC 8446 §5.1): the sink looks no further. */
const CLIENT_HELLO = '\x16\x03\x01\x02\x00\x01'
const FATAL_HANDSHAKE_FAILURE = '\x15\x03\x03\x00\x02\x02\x28'

/** Laws of every sink with implicit TLS: faults between the connection and the handshake. */
export function testHandshakeFaults(subject: FaultCase): void {
  const openFaulty = (spec: FaultSpec) => openScripted(subject, compileScript({ faults: [spec] }), 'implicit')

  async function play(spec: FaultSpec, scenario: Scenario): Promise<void> {
    await using faulty = await openFaulty(spec)
    using observer = observe(faulty.sink.endpoint)
    observer.say(CLIENT_HELLO)
    // A whole handshake: by then whatever was to come to another has come.
    const sound = async () => {
      const socket = await openSocket(faulty.sink.endpoint, subject.certificate().ca)
      socket.destroy()
      return ''
    }
    await scenario({ subject, way: { before: [], say: CLIENT_HELLO, after: '' }, observer, faulty, sound })
  }

  describe(`${subject.name}, at tls`, () => {
    it.each(endings)('%s', async kind => {
      await play({ at: 'tls', do: kind, first: 1 }, endingScenarios[kind])
    })

    it('bad_handshake: a fatal alert, and the end', async () => {
      await play({ at: 'tls', do: 'bad_handshake', first: 1 }, async ({ observer }) => {
        await observer.see(isEnded)
        expect(observer.news()).toBe(FATAL_HANDSHAKE_FAILURE)
      })
    })

    it('stall: the handshake waits, and then succeeds', async () => {
      await using faulty = await openFaulty({ at: 'tls', do: 'stall', for: STALL, first: 1 })
      let isSecure = false
      const opening = openSocket(faulty.sink.endpoint, subject.certificate().ca).then(socket => {
        isSecure = true
        return socket
      })
      await faulty.clock.asleep(1)
      ;(await openSocket(faulty.sink.endpoint, subject.certificate().ca)).destroy()
      expect(isSecure).toBe(false)
      faulty.clock.advance(2 * NS_PER_S)
      ;(await opening).destroy()
    })

    it('faults of what is spoken after it come under TLS too', async () => {
      for (const fault of [{ kind: 'reset' }, { kind: 'end' }, { kind: 'truncate' }] as const) {
        const script = compileScript({
          faults: [{ at: subject.greets ? 'greeting' : 'content', do: fault.kind }],
        })
        await using faulty = await openScripted(subject, script, 'implicit')
        const socket = await openSocket(faulty.sink.endpoint, subject.certificate().ca)
        const failure = new Promise<string>(resolve => {
          socket.on('error', ({ message }) => resolve(message))
          socket.on('end', () => resolve('end'))
        })
        if (!subject.greets) socket.write(subject.session.say)
        socket.resume()
        expect(await failure).toMatch(fault.kind === 'end' ? /^end$/ : /ECONNRESET/)
        socket.destroy()
      }
    })
  })
}
