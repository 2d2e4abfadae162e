import { beforeAll, describe, expect, it } from 'vitest'
import { loadTemplate } from '../../message/corpus.ts'
import type { Template } from '../../message/message.ts'
import type { Reply } from '../../sample.ts'
import { expectNothingLeft, testOptions } from '../contract.ts'
import { type Cut, type CuttingServer, openCuttingServer } from './cutting-server.fixture.ts'
import { smtpWireTransport } from './smtp-wire.ts'
import type { Mode } from './submission.ts'

let template: Template
beforeAll(async () => {
  template = await loadTemplate({ sizeBytes: 1 }, { run: '0badcafe', trial: 1 })
})

/** Sessions at a time: each spends most of its time on its way. */
const AT_A_TIME = 16

interface Flight {
  readonly mode: Mode
  readonly messages: number
  readonly cutOf: (nth: number) => Cut | undefined
}

/** Submits all at once over one connection at a time. */
async function send({ mode, messages, cutOf }: Flight) {
  await using server = await openCuttingServer(cutOf)
  const { host: _host, ca: _ca, password: _password, ...options } = testOptions({ port: server.port })
  await using transport = smtpWireTransport({
    ...options,
    address: { host: '127.0.0.1', port: server.port },
    tls: 'none',
    trust: { insecure: false, resume: false },
    credentials: { user: 'user', password: 'right' },
    mode,
    reuse: true,
    connections: 1,
    depth: messages,
  })
  const indices = Array.from({ length: messages }, (_, index) => index)
  const replies = await Promise.all(indices.map(index => transport.submit(template.message(index))))
  return { server, replies, opened: transport.connectionsOpened }
}

/** What must have become of a message, by the replies that reached the client on its connection. */
function expected(mode: Mode, nth: number, said: readonly string[]): Partial<Reply> {
  const has = (label: string) => said.includes(label)
  if (has(`final ${nth}`)) return { outcome: 'accepted', code: 250 }
  const lost = { cause: 'reset' } as const
  if (!has('greeting')) return { outcome: 'faulted', phase: 'greeting', ...lost }
  if (!has('hello')) return { outcome: 'faulted', phase: 'hello', ...lost }
  if (!has('auth')) return { outcome: 'faulted', phase: 'auth', ...lost }
  // All of it has been written at once.
  if (mode === 'chunked')
    return { outcome: 'in_doubt', phase: has(`rcpt ${nth}`) ? 'reply' : 'envelope', ...lost }
  if (has(`data ${nth}`)) return { outcome: 'in_doubt', phase: 'reply', ...lost }
  return { outcome: 'faulted', phase: has(`rcpt ${nth}`) ? 'data' : 'envelope', ...lost }
}

const isTaken = ({ taken }: CuttingServer, index: number) =>
  taken.some(content => content.includes(template.message(index).id))

/** What holds whatever was lost on the way. */
function expectConsistent(server: CuttingServer, replies: readonly Reply[]): void {
  for (const [index, { outcome }] of replies.entries()) {
    if (outcome === 'accepted') expect(isTaken(server, index)).toBe(true)
    else if (outcome === 'faulted') expect(isTaken(server, index)).toBe(false)
    else expect(outcome).toBe('in_doubt')
  }
}

/** Cuts at each byte of an uncut session, and once behind the last. */
async function sweep(
  flight: Omit<Flight, 'cutOf'> & Pick<Cut, 'direction' | 'how'>,
  check: (result: Awaited<ReturnType<typeof send>>) => void,
): Promise<void> {
  const { mode, messages, direction, how } = flight
  const whole = await send({ mode, messages, cutOf: () => undefined })
  const totalBytes = whole.server.bytes[direction]
  expect(totalBytes).toBeGreaterThan(100)
  let afterBytes = 0
  async function cutNext(): Promise<void> {
    while (afterBytes <= totalBytes) {
      const cut = { direction, how, afterBytes: afterBytes++ }
      check(await send({ mode, messages, cutOf: nth => (nth === 0 ? cut : undefined) }))
    }
  }
  await expectNothingLeft(async () => {
    await Promise.all(Array.from({ length: AT_A_TIME }, cutNext))
  })
}

const modes = ['lockstep', 'pipelined', 'chunked'] as const
const directions = ['to client', 'to server'] as const

describe.each(modes)('a session in %s', mode => {
  it.each(directions)('that ends after any byte %s has one right outcome', direction =>
    sweep({ mode, messages: 1, direction, how: 'end' }, ({ server, replies, opened }) => {
      expect(replies).toMatchObject([expected(mode, 0, server.said[0] ?? [])])
      expectConsistent(server, replies)
      expect(opened).toBe(1)
    }),
  )

  it.each(directions)('that is reset after any byte %s is not called what it is not', direction =>
    sweep({ mode, messages: 1, direction, how: 'reset' }, ({ server, replies }) => {
      expectConsistent(server, replies)
    }),
  )
})

describe.each([
  ['lockstep', 2],
  ['pipelined', 3],
  ['chunked', 3],
] as const)('of several messages in %s', (mode, messages) => {
  it('each has its own outcome, and what had sent nothing goes by another connection', () =>
    sweep({ mode, messages, direction: 'to client', how: 'end' }, ({ server, replies }) => {
      expectConsistent(server, replies)
      const [first = []] = server.said
      const moved = replies.filter(({ connectionId }) => connectionId === 2)
      const stayed = replies.length - moved.length
      for (const [nth, reply] of replies.slice(0, stayed).entries())
        expect(reply).toMatchObject({ connectionId: 1, ...expected(mode, nth, first) })
      for (const reply of moved) expect(reply).toMatchObject({ outcome: 'accepted', connectionId: 2 })
      // Only what could have been written has been.
      const leading = mode === 'lockstep' ? 'final' : 'data'
      if (mode !== 'chunked')
        expect(stayed).toBe(Math.min(messages, 1 + first.filter(label => label.startsWith(leading)).length))
      else if (first.includes('auth')) expect(stayed).toBe(messages)
    }))
})
