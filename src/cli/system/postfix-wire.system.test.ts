import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { NS_PER_S, systemClock } from '../../clock.ts'
import { loadTemplate, messageNames } from '../../message/corpus.ts'
import type { Message } from '../../message/message.ts'
import { smtpWireTransport } from '../../transport/smtp-wire/smtp-wire.ts'
import { logOnce, postfixFromEnvironment } from './postfix.fixture.ts'

const postfix = postfixFromEnvironment()
const modes = ['lockstep', 'pipelined', 'chunked'] as const
type Mode = (typeof modes)[number]

/** Sends all at once, several in flight on each of two connections where the mode allows that. */
async function send(messages: readonly Message[], mode: Mode, scheme: 'smtp' | 'smtps' = 'smtp') {
  const port = scheme === 'smtps' ? postfix.smtpsPort : postfix.submissionPort
  await using transport = smtpWireTransport({
    address: { host: '127.0.0.1', port },
    tls: scheme === 'smtps' ? 'implicit' : 'required',
    trust: { ca: readFileSync(postfix.caFile, 'utf8'), insecure: false, resume: false },
    credentials: { user: postfix.user, password: postfix.password },
    mode,
    reuse: true,
    connections: 2,
    depth: 4,
    timeoutNs: 30 * NS_PER_S,
    clock: systemClock,
    signal: new AbortController().signal,
  })
  const replies = await Promise.all(messages.map(message => transport.submit(message)))
  return { replies, fallbacks: transport.fallbacks }
}

const identity = (mode: Mode, trial: number) => ({ run: '5afe5afe', trial: 16 * modes.indexOf(mode) + trial })

describe.each(modes)('the wire client in %s', mode => {
  it.each(['smtp', 'smtps'] as const)(
    'delivers the whole corpus to Postfix, each message once, over %s',
    async scheme => {
      const trial = scheme === 'smtp' ? 0 : 1
      const templates = await Promise.all(
        messageNames.map(name => loadTemplate(name, { ...identity(mode, trial), recipients: 2 })),
      )
      const messages = Array.from({ length: 30 }, (_, index) =>
        templates[index % templates.length]?.message(index),
      ).filter(message => message !== undefined)
      const watched = postfix.watchLog()
      const { replies, fallbacks } = await send(messages, mode, scheme)
      expect(replies.map(({ outcome, text }) => text ?? outcome)).toEqual(messages.map(() => 'accepted'))
      expect(fallbacks).toEqual([])
      const { queued, delivered, deliveries } = await logOnce(watched, log => log.deliveries >= 60)
      const sent = messages.map(({ messageId }) => messageId)
      expect(queued.toSorted()).toEqual(sent)
      expect(delivered.toSorted()).toEqual(sent)
      expect(deliveries).toBe(60)
    },
  )

  it('has the right outcome of each of several in flight, of which Postfix refuses some', async () => {
    const good = await loadTemplate({ sizeBytes: 2000 }, identity(mode, 2))
    const bad = await loadTemplate(
      { sizeBytes: 2000 },
      { ...identity(mode, 3), to: `nobody@${postfix.refusedDomain}` },
    )
    const messages = Array.from({ length: 40 }, (_, index) => (index % 3 === 1 ? bad : good).message(index))
    const watched = postfix.watchLog()
    const { replies } = await send(messages, mode)
    const refused = {
      outcome: 'rejected',
      phase: 'envelope',
      cause: 'recipient',
      code: 550,
      enhancedCode: '5.1.1',
    }
    for (const [index, reply] of replies.entries())
      expect(reply).toMatchObject(index % 3 === 1 ? refused : { outcome: 'accepted' })
    const { queued } = await logOnce(watched, log => log.queued.length >= 27)
    const taken = messages.filter((_, index) => index % 3 !== 1).map(({ messageId }) => messageId)
    expect(queued.toSorted()).toEqual(taken.toSorted())
  })
})
