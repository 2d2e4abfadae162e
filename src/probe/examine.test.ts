import { expect, it } from 'vitest'
import { NS_PER_S, systemClock } from '../clock.ts'
import { generic } from '../provider/generic.ts'
import { openSinks } from '../sink/sinks.ts'
import { openScripted, silence } from '../transport/scripted-server.ts'
import type { SmtpTarget } from '../trial/target.ts'
import { examine } from './examine.ts'
import type { ExamineOptions } from './finding.ts'

const never = new AbortController().signal

const optionsFor = (port: number, more: Partial<ExamineOptions> = {}): ExamineOptions => ({
  target: {
    protocol: 'smtp',
    address: { host: '127.0.0.1', port },
    tls: 'none',
    display: 'x',
  } satisfies SmtpTarget,
  otherPorts: [],
  provider: generic,
  trust: { insecure: true, resume: false },
  timeoutNs: 5 * NS_PER_S,
  mask: text => text,
  clock: systemClock,
  signal: never,
  ...more,
})

it('tries the other ports as well, which decide nothing', async () => {
  await using sinks = await openSinks({
    listeners: [{ protocol: 'smtp', tls: 'none' }],
    script: {},
    seed: 'a',
  })
  await using other = await openScripted([silence])
  const [{ port } = { port: 0 }] = sinks.endpoints
  const { ports, findings } = await examine(optionsFor(port, { otherPorts: [port, other.port, 9] }))
  expect(ports.map(({ port, isOpen, cause }) => [port, isOpen, cause])).toEqual([
    [port, true, null],
    [other.port, true, null],
    [9, false, 'refused'],
  ])
  expect(findings.map(({ step, state }) => `${step} ${state}`)).toEqual([
    'dns untried',
    'tcp ok',
    'tls untried',
    'login untried',
  ])
  expect(findings[1]?.detail).toBe(`${port} open, ${other.port} open, 9 refused`)
})

it('masks what a server repeats of what it was told', async () => {
  await using server = await openScripted([
    async peer => {
      peer.say('220 hi\r\n')
      await peer.hear(/\r\n/)
      peer.say('250-x\r\n250 AUTH PLAIN\r\n')
      const said = await peer.hear(/\r\n/)
      peer.say(`535 5.7.8 you said ${said}`)
      await peer.hear(/$/)
    },
  ])
  const options = optionsFor(server.port)
  const target = { ...options.target, credentials: { user: 'u', password: 'secret-word' } } as SmtpTarget
  const heard: string[] = []
  const mask = (text: string) => {
    heard.push(text)
    return '***'
  }
  const { findings } = await examine({ ...options, target, mask })
  expect(findings.at(-1)).toMatchObject({ step: 'login', state: 'failed', detail: '***' })
  expect(heard).toContainEqual(expect.stringMatching(/^535 5\.7\.8 you said AUTH PLAIN /))
})
