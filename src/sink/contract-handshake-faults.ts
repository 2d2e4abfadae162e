import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import {
  approach,
  endingScenarios,
  type FaultCase,
  hear,
  isEnded,
  openScripted,
  type Scenario,
  STALL,
} from './contract-faults.ts'
import { createSmtpSession } from './contract-smtp.ts'
import { endings } from './fault/fault.ts'
import type { FaultSpec } from './fault/fault-spec.ts'
import { observe } from './fault/observer.fixture.ts'
import { compileScript } from './script.ts'
import type { Endpoint } from './sink.ts'
import { smtpApproaches } from './smtp-approaches.fixture.ts'

/** The head of a record that a ClientHello comes in (RFC 8446 §5.1): the sink looks no further. */
const CLIENT_HELLO = '\x16\x03\x01\x02\x00\x01'
const FATAL_HANDSHAKE_FAILURE = '\x15\x03\x03\x00\x02\x02\x28'

const starttls = smtpApproaches.starttls

/** A client of TLS, once its handshake has succeeded; by STARTTLS where TLS does not come first. */
async function openSecure({ host, port, tls }: Endpoint, ca: string): Promise<TLSSocket> {
  const raw = connectTcp({ host, port, noDelay: true })
  await once(raw, 'connect')
  if (tls === 'starttls') {
    const session = createSmtpSession(raw)
    await session.reply()
    for (const words of [...starttls.before, starttls.say]) await session.say(words.trim())
    raw.removeAllListeners('data')
  }
  const socket = connectTls({ socket: raw, ca, servername: 'localhost' })
  try {
    await once(socket, 'secureConnect')
  } catch (error) {
    raw.destroy()
    throw error
  }
  return socket
}

/** Laws of every sink with TLS: faults between the connection, or STARTTLS, and the handshake. */
export function testHandshakeFaults(subject: FaultCase, tls: 'implicit' | 'starttls'): void {
  const openFaulty = (spec: FaultSpec) => openScripted(subject, compileScript({ faults: [spec] }), tls)
  const ca = () => subject.certificate().ca

  async function play(spec: FaultSpec, scenario: Scenario): Promise<void> {
    await using faulty = await openFaulty(spec)
    using observer = observe(faulty.sink.endpoint)
    if (tls === 'starttls') {
      await approach(subject, observer, starttls)
      await hear(subject, observer)
    }
    observer.say(CLIENT_HELLO)
    // A whole handshake: by then whatever was to come to another has come.
    const sound = async () => {
      const socket = await openSecure(faulty.sink.endpoint, ca())
      socket.destroy()
      return ''
    }
    await scenario({ subject, way: { before: [], say: CLIENT_HELLO, after: '' }, observer, faulty, sound })
  }

  describe(`${subject.name}, at tls, ${tls}`, () => {
    it.each(endings)('%s', async kind => {
      await play({ at: 'tls', do: kind, first: 1 }, endingScenarios[kind])
    })

    it('bad_handshake: a fatal alert, and the end', async () => {
      await play({ at: 'tls', do: 'bad_handshake', first: 1 }, async ({ observer }) => {
        await observer.see(isEnded)
        expect(observer.news()).toBe(FATAL_HANDSHAKE_FAILURE)
      })
    })

    it('wrong_certificate: it is that of another host, and the next client gets the right one', async () => {
      await using faulty = await openFaulty({ at: 'tls', do: 'wrong_certificate', first: 1 })
      await expect(openSecure(faulty.sink.endpoint, ca())).rejects.toMatchObject({
        code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      })
      const socket = await openSecure(faulty.sink.endpoint, ca())
      socket.destroy()
    })

    it('stall: the handshake waits, and then succeeds', async () => {
      await using faulty = await openFaulty({ at: 'tls', do: 'stall', for: STALL, first: 1 })
      let isSecure = false
      const opening = openSecure(faulty.sink.endpoint, ca()).then(socket => {
        isSecure = true
        return socket
      })
      await faulty.clock.asleep(1)
      ;(await openSecure(faulty.sink.endpoint, ca())).destroy()
      expect(isSecure).toBe(false)
      faulty.clock.advance(2 * NS_PER_S)
      ;(await opening).destroy()
    })

    it('faults of what is spoken after it come under TLS too', async () => {
      // After STARTTLS nobody greets again.
      const spoken = { implicit: subject.greets ? 'greeting' : 'content', starttls: 'sender' } as const
      for (const kind of ['reset', 'end', 'truncate'] as const) {
        await using faulty = await openFaulty({ at: spoken[tls], do: kind })
        const socket = await openSecure(faulty.sink.endpoint, ca())
        const failure = new Promise<string>(resolve => {
          socket.on('error', ({ message }) => resolve(message))
          socket.on('end', () => resolve('end'))
        })
        if (!subject.greets || tls === 'starttls') socket.write(subject.session.say)
        socket.resume()
        expect(await failure).toMatch(kind === 'end' ? /^end$/ : /ECONNRESET/)
        socket.destroy()
      }
    })
  })
}
