import { Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { NS_PER_S } from '../../clock.ts'
import type { Phase } from '../../phase.ts'
import type { Reply } from '../../sample.ts'
import { expectNothingLeft, LARGE_BYTES, presentPhases } from '../contract.ts'
import { leapingClock } from '../leaping-clock.fixture.ts'
import { type SmtpReactions, smtpDialogue } from '../scripted-dialogue.ts'
import { end, openScripted, reset, type Step, say, settle, silence, skip, stall } from '../scripted-server.ts'
import { rfc5321Limits } from '../step-limits.ts'
import { openWire, templateOnce, tryWire } from './wire.fixture.ts'

const taken = say('250 2.0.0 taken\r\n')
/** Turns of the event loop, in which a client in this process reads what its server did. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
}
const modes = ['lockstep', 'pipelined', 'chunked'] as const
const extensions = ['CHUNKING']

describe.each(modes)('a kept connection in %s', mode => {
  it.each([
    ['ends', [end]],
    ['is reset', [settle, reset]],
    ['says 421', [say('421 4.4.2 Idle for too long\r\n')]],
    ['says 421 and ends', [say('421 4.4.2 Idle for too long\r\n'), end]],
    ['says 421 with its last reply', []],
    ['says what it was not asked', [say('250 2.0.0 ok\r\n')]],
    ['talks nonsense', [say('moo\r\n')]],
  ] as const)('that %s while it is idle costs no message', async (_how, steps) => {
    const log: string[] = []
    const last = steps.length === 0 ? say('250 2.0.0 taken\r\n421 4.3.2 Closing\r\n') : taken
    const dialogue = smtpDialogue({ '.': [last, ...steps] }, { log, extensions })
    await using server = await openScripted([dialogue])
    await using transport = openWire(server.port, { mode })
    const template = await templateOnce('password-reset')
    for (const index of [0, 1, 2]) {
      const reply = await transport.submit(template.message(index))
      expect(reply).toMatchObject({ outcome: 'accepted', connectionId: index + 1 })
      expect(presentPhases(reply)).toContain('greeting')
      await server.idle()
      await turns()
    }
    expect(log.filter(verb => verb === 'MAIL').length).toBe(3)
  })

  it('that is reset at the next message does not take it, and it is not tried again', async () => {
    let mails = 0
    const MAIL: Step = async peer => {
      mails += 1
      if (mails === 1) return peer.say('250 2.1.0 ok\r\n')
      await reset(peer)
    }
    const { replies, accepted } = await tryWire({
      reactions: { MAIL: [MAIL] },
      dialogue: { extensions },
      options: { mode },
      messages: 2,
    })
    const outcome = mode === 'chunked' ? 'in_doubt' : 'faulted'
    expect(replies).toMatchObject([
      { outcome: 'accepted' },
      { outcome, phase: 'envelope', cause: 'reset', connectionId: 1 },
    ])
    expect([accepted, mails]).toEqual([1, 2])
  })
})

describe('421', () => {
  it('decides of the message that it answers, and leaves those behind it as they were', async () => {
    const bye = say('421 4.3.2 Closing\r\n')
    const chunked = await tryWire({
      reactions: { '.': [bye, end] },
      dialogue: { extensions },
      options: { mode: 'chunked', depth: 3 },
      messages: 3,
      atOnce: true,
    })
    const doubtful = { outcome: 'in_doubt', phase: 'envelope', cause: 'server', text: '421 4.3.2 Closing' }
    expect(chunked.replies).toMatchObject([
      { outcome: 'deferred', phase: 'reply', cause: 'server', code: 421 },
      doubtful,
      doubtful,
    ])
    for (const { code } of chunked.replies.slice(1)) expect(code).toBeUndefined()
    const pipelined = await tryWire({
      reactions: { '.': [bye, end] },
      options: { depth: 2 },
      messages: 2,
      atOnce: true,
    })
    expect(pipelined.replies).toMatchObject([
      { outcome: 'deferred', phase: 'reply', code: 421 },
      { outcome: 'faulted', phase: 'envelope', cause: 'server' },
    ])
  })

  it('in the middle of a large content defers it', async () => {
    const DATA: Step[] = [say('354 go\r\n'), skip(8192), say('421 4.3.2 Closing\r\n'), silence]
    const { replies } = await tryWire({ reactions: { DATA }, source: { sizeBytes: LARGE_BYTES } })
    expect(replies).toMatchObject([{ outcome: 'deferred', phase: 'content', cause: 'server', code: 421 }])
  })
})

describe('a refusal in the middle of a large content', () => {
  it('ends its connection, for which the content is no longer of use', async () => {
    const DATA: Step[] = [say('354 go\r\n'), skip(8192), stall, say('552 5.3.4 Too big\r\n'), silence]
    const { replies, accepted } = await tryWire({
      reactions: { DATA },
      source: { sizeBytes: LARGE_BYTES },
      messages: 2,
    })
    const refused = { outcome: 'rejected', phase: 'content', cause: 'content', code: 552 }
    expect(replies).toMatchObject([refused, { ...refused, connectionId: 2 }])
    expect(accepted).toBe(2)
  })

  it('of a chunk lets the rest of it go, and the connection be used again (RFC 3030 §2)', async () => {
    let envelopes = 0
    const RCPT: Step = peer => peer.say(envelopes++ === 0 ? '550 5.1.1 Who?\r\n' : '250 ok\r\n')
    const { replies, accepted } = await tryWire({
      reactions: { RCPT: [RCPT], '.': ['554 5.5.1 No recipients', '250 ok'] },
      dialogue: { extensions },
      options: { mode: 'chunked' },
      source: { sizeBytes: LARGE_BYTES },
      messages: 2,
    })
    expect(replies).toMatchObject([
      { outcome: 'rejected', phase: 'envelope', connectionId: 1 },
      { outcome: 'accepted', connectionId: 1 },
    ])
    expect(accepted).toBe(1)
  })

  it('that accepts it is nonsense', async () => {
    const DATA: Step[] = [say('354 go\r\n'), skip(8192), stall, taken, silence]
    const { replies } = await tryWire({ reactions: { DATA }, source: { sizeBytes: LARGE_BYTES } })
    expect(replies).toMatchObject([{ outcome: 'faulted', phase: 'content', cause: 'protocol' }])
  })
})

describe('what is large', () => {
  it.each(modes)('waits for its reader, and keeps nobody else waiting, in %s', async mode => {
    const stalled: SmtpReactions = { DATA: [say('354 go\r\n'), stall, silence], BDAT: [stall, silence] }
    const behaved: SmtpReactions = {}
    let connections = 0
    const play: Step = peer => smtpDialogue(connections++ === 0 ? stalled : behaved, { extensions })(peer)
    await using server = await openScripted([play])
    const write = vi.spyOn(Socket.prototype, 'write')
    const controller = new AbortController()
    await using transport = openWire(server.port, { mode, connections: 2, signal: controller.signal })
    const large = transport.submit((await templateOnce({ sizeBytes: LARGE_BYTES })).message(0))
    const small = await templateOnce('receipt')
    for (let index = 1; index < 20; index++) {
      const reply = await transport.submit(small.message(index))
      expect(reply).toMatchObject({ outcome: 'accepted', connectionId: 2 })
    }
    const wroteBytes = write.mock.calls.reduce((sum, [chunk]) => sum + (chunk?.length ?? 0), 0)
    write.mockRestore()
    expect(wroteBytes).toBeLessThan(0.9 * LARGE_BYTES)
    controller.abort()
    expect((await large).outcome).toBe('aborted')
  })

  it('has three minutes for each block by RFC 5321 §4.5.3.2, however long it takes as a whole', {
    timeout: 20_000,
  }, async () => {
    const clock = leapingClock()
    const readSlowly: Step = async peer => {
      let leftBytes = 0
      let onPart = () => {}
      peer.socket.on('data', (chunk: Buffer) => {
        leftBytes -= chunk.length
        if (leftBytes > 0) return
        peer.socket.pause()
        onPart()
      })
      for (let part = 0; part < 2; part++) {
        leftBytes = LARGE_BYTES / 4
        await new Promise<void>(resolve => {
          onPart = resolve
          peer.socket.resume()
        })
        await turns()
        clock.leap(100 * NS_PER_S)
      }
      leftBytes = Number.POSITIVE_INFINITY
      const ended = Promise.withResolvers<void>()
      let tail = ''
      peer.socket.on('data', (chunk: Buffer) => {
        tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - 5))).slice(-5)
        if (tail === '\r\n.\r\n') ended.resolve()
      })
      peer.socket.resume()
      await ended.promise
    }
    const { replies } = await tryWire({
      reactions: { DATA: [say('354 go\r\n'), readSlowly, taken] },
      options: { timeoutNs: rfc5321Limits(), clock },
      // A receive buffer grows to about twice what was read: what is left must not fit into it.
      source: { sizeBytes: 2 * LARGE_BYTES },
    })
    expect(replies).toMatchObject([{ outcome: 'accepted' }])
    expect(replies[0]?.phases.get('content')).toBeGreaterThan(180 * NS_PER_S)
  })
})

describe('connections', () => {
  it('are no more than are allowed, and each has its opener', async () => {
    for (const reuse of [true, false]) {
      let open = 0
      let most = 0
      const begin: Step = () => {
        most = Math.max(most, ++open)
      }
      // A fresh one is done with its message; when its end is noticed is another matter.
      const finish: Step = () => {
        if (!reuse) open -= 1
      }
      await using server = await openScripted([begin, smtpDialogue({ '.': [finish, taken] })])
      await using transport = openWire(server.port, { connections: 3, reuse })
      const template = await templateOnce('password-reset')
      const replies = await Promise.all(
        Array.from({ length: 12 }, (_, index) => transport.submit(template.message(index))),
      )
      expect(replies.map(({ outcome }) => outcome)).toEqual(replies.map(() => 'accepted'))
      expect(most).toBeLessThanOrEqual(3)
      const openers = replies.filter(reply => presentPhases(reply).includes('greeting'))
      expect(openers.length).toBe(transport.connectionsOpened)
      expect(transport.connectionsOpened).toBe(reuse ? 3 : 12)
    }
  })

  it('are given up after as many messages as is said, with QUIT, and others opened', async () => {
    const { replies, log } = await tryWire({ options: { messagesPerConnection: 2 }, messages: 5 })
    expect(replies.map(({ connectionId }) => connectionId)).toEqual([1, 1, 2, 2, 3])
    expect(replies.every(({ outcome }) => outcome === 'accepted')).toBe(true)
    expect(log.filter(verb => verb === 'QUIT').length).toBeGreaterThanOrEqual(2)
  })

  it('end with QUIT when there is nothing more to send', async () => {
    for (const mode of modes) {
      const heard = Promise.withResolvers<void>()
      const QUIT: Step = () => heard.resolve()
      await using server = await openScripted([smtpDialogue({ QUIT: [QUIT] }, { extensions })])
      await using transport = openWire(server.port, { mode })
      await transport.submit((await templateOnce('password-reset')).message(0))
      await transport[Symbol.asyncDispose]()
      await heard.promise
    }
  })

  it('that cannot be set up fail their openers, each its own, and leave nothing', () =>
    expectNothingLeft(async () => {
      const { replies, accepted } = await tryWire({
        reactions: { greeting: '421 4.3.2 Busy' },
        options: { connections: 2 },
        messages: 6,
        atOnce: true,
      })
      for (const reply of replies)
        expect(reply).toMatchObject({ outcome: 'deferred', phase: 'greeting', code: 421 })
      expect(accepted).toBe(6)
    }))

  it('take a share each of messages that wait, the least busy first', async () => {
    const { replies } = await tryWire({
      dialogue: { extensions },
      options: { mode: 'chunked', connections: 3, depth: 4 },
      messages: 60,
      atOnce: true,
    })
    const shares = [1, 2, 3].map(id => replies.filter(({ connectionId }) => connectionId === id).length)
    expect(replies.every(({ outcome }) => outcome === 'accepted')).toBe(true)
    expect(Math.min(...shares)).toBeGreaterThan(10)
  })

  it('let those that are piped wait for their turn without a limit, which is that of whom they wait for', async () => {
    const clock = leapingClock()
    const timeoutNs = 10 * NS_PER_S
    const slow: Step = async peer => {
      await settle(peer)
      clock.leap(0.7 * timeoutNs)
    }
    const { replies, accepted } = await tryWire({
      reactions: { '.': [slow, taken] },
      dialogue: { extensions },
      options: { mode: 'chunked', depth: 4, clock, timeoutNs },
      messages: 4,
      atOnce: true,
    })
    expect(accepted).toBe(1)
    expect(replies.map(({ outcome }) => outcome)).toEqual(replies.map(() => 'accepted'))
    expect(replies[3]?.phases.get('envelope')).toBeGreaterThan(2 * timeoutNs)
  })

  it('that are stopped stop all that is under way on them, and nothing else', async () => {
    const clock = leapingClock()
    const timeoutNs = 10 * NS_PER_S
    const late: Step = async peer => {
      await settle(peer)
      clock.leap(1.1 * timeoutNs)
    }
    const { replies, accepted } = await tryWire({
      reactions: { '.': [late, silence] },
      dialogue: { extensions },
      options: { mode: 'chunked', depth: 3, clock, timeoutNs },
      messages: 3,
      atOnce: true,
    })
    expect(replies).toMatchObject([
      { outcome: 'in_doubt', phase: 'reply', cause: 'timeout' },
      { outcome: 'in_doubt', phase: 'envelope', cause: 'timeout' },
      { outcome: 'in_doubt', phase: 'envelope', cause: 'timeout' },
    ])
    expect(accepted).toBe(1)
  })
})

describe('phases', () => {
  const marksOf = ({ phases }: Reply): Phase[] => (phases.marks ?? []).map(({ phase }) => phase)

  it('are entered in order, and their instants kept when that is asked for', async () => {
    for (const mode of modes) {
      const { replies } = await tryWire({
        dialogue: { extensions },
        options: { mode, keepsMarks: true },
        messages: 2,
      })
      const message = ['envelope', ...(mode === 'chunked' ? [] : ['data']), 'content', 'reply']
      expect(replies.map(marksOf)).toEqual([
        ['encode', 'queue', 'connect', 'greeting', 'hello', ...message],
        ['encode', 'queue', ...message],
      ])
    }
    const { replies } = await tryWire({})
    expect(replies[0]?.phases.marks).toBeUndefined()
  })

  it('call the wait behind others on a connection by its name', async () => {
    const clock = leapingClock()
    const secondPasses: Step = async () => {
      await turns()
      clock.leap(NS_PER_S)
    }
    const { replies } = await tryWire({
      reactions: { '.': [secondPasses, taken] },
      options: { depth: 2, clock },
      messages: 3,
      atOnce: true,
    })
    const [first = 0, second = 0, third = 0] = replies.map(reply => reply.phases.get('queue') ?? 0)
    // The second's envelope goes with the first's content, the third's with the second's.
    expect(second).toBeGreaterThan(first)
    expect(third).toBeGreaterThan(NS_PER_S)
    expect(replies[1]?.phases.get('envelope')).toBeGreaterThan(NS_PER_S)
  })
})
