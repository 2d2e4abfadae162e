import { describe, expect, it } from 'vitest'
import type { Reply } from '../sample.ts'
import {
  presentPhases,
  type TestOptions,
  type TransportCase,
  templateOf,
  testOptions,
  untilTimeout,
} from './contract.ts'
import { leapingClock } from './leaping-clock.fixture.ts'
import { type SmtpReactions, smtpDialogue } from './scripted-dialogue.ts'
import { openScripted, type Step } from './scripted-server.ts'
import { faults, noPipelining, noRecipient, refusals, type SmtpRow } from './smtp-rows.fixture.ts'
import type { Transport } from './transport.ts'

type TlsMode = TransportCase['tls']

export interface SmtpClientCase {
  readonly name: string
  /** Keywords that its server offers besides the usual ones. */
  readonly extensions?: readonly string[]
  /** By BDAT (RFC 3030): a message is handed over with its envelope, and there is no DATA. */
  readonly sendsAtOnce?: boolean
  open(options: TestOptions, tls: TlsMode): Transport
}

export interface TestSubmission {
  readonly reactions: SmtpReactions
  readonly recipients?: number
  readonly tls?: TlsMode
  readonly messages?: number
}

/** Submits one message after another to a server that reacts so, and tells what it heard. */
export async function submitTo(
  { extensions = [], open }: Pick<SmtpClientCase, 'extensions' | 'open'>,
  { reactions, recipients = 1, tls = 'none', messages = 1 }: TestSubmission,
) {
  const log: string[] = []
  const clock = leapingClock()
  const timed = Object.fromEntries(
    Object.entries(reactions).map(([point, reaction]) => [
      point,
      typeof reaction === 'string' ? reaction : untilTimeout<string | Step>(reaction, clock),
    ]),
  ) as SmtpReactions
  await using server = await openScripted([smtpDialogue(timed, { log, extensions })])
  await using transport = open(testOptions({ port: server.port, clock, connections: 1 }), tls)
  const template = await templateOf('password-reset', recipients)
  const replies: Reply[] = []
  for (let index = 0; index < messages; index++) replies.push(await transport.submit(template.message(index)))
  const { fallbacks } = transport
  return { replies, reply: replies[0], log, accepted: server.accepted, fallbacks }
}

/** What each client that speaks SMTP must make of what servers say. */
export function testSmtpClient(subject: SmtpClientCase): void {
  const { sendsAtOnce = false } = subject
  const rowsFor = (rows: readonly SmtpRow[]) =>
    sendsAtOnce ? rows.filter(([, { DATA }, { phase }]) => !DATA || phase !== 'data') : rows
  const submit = (submission: TestSubmission) => submitTo(subject, submission)

  describe(subject.name, () => {
    it.concurrent.each(rowsFor(refusals))('reads %s', async (_what, reactions, expected) => {
      const { reply, accepted } = await submit({ reactions })
      expect(reply).toMatchObject({ ...expected, connectionId: 1 })
      expect(accepted).toBe(1)
    })

    it.concurrent.each(rowsFor(faults))('places %s', async (_what, reactions, expected) => {
      const { reply, accepted } = await submit({ reactions })
      const isDoubtful = sendsAtOnce && expected.phase === 'envelope'
      expect(reply).toMatchObject({
        ...expected,
        ...(isDoubtful && { outcome: 'in_doubt' }),
        connectionId: 1,
      })
      expect(reply?.code).toBeUndefined()
      expect(accepted).toBe(1)
    })

    it('counts the recipients that were refused of an accepted message', async () => {
      const RCPT = ['250 2.1.5 ok', '550 5.1.1 Who?', '250 2.1.5 ok']
      for (const extensions of [{}, noPipelining]) {
        const { reply, log } = await submit({ reactions: { RCPT, ...extensions }, recipients: 3 })
        expect(reply).toMatchObject({ outcome: 'accepted', code: 250, recipientsRefused: 1 })
        expect(log.filter(verb => verb === 'RCPT').length).toBe(3)
        const phases = log.includes('DATA')
          ? ['envelope', 'data', 'content', 'reply']
          : ['envelope', 'content', 'reply']
        expect(reply && presentPhases(reply).slice(-phases.length)).toEqual(phases)
      }
    })

    it('is deferred when one of the recipients was, and none was taken', async () => {
      for (const nth of [0, 1, 2]) {
        const RCPT = ['550 5.1.1 Who?', '550 5.1.1 Who?', '550 5.1.1 Who?'].with(nth, '450 4.2.1 Later')
        const { reply } = await submit({ reactions: { RCPT, ...noRecipient }, recipients: 3 })
        expect(reply).toMatchObject({ outcome: 'deferred', phase: 'envelope', code: 450 })
      }
    })

    it('fails rather than send in the clear', async () => {
      const refused = await submit({
        reactions: { STARTTLS: '454 4.7.0 TLS not available' },
        tls: 'starttls',
      })
      const unknown = await submit({ reactions: { STARTTLS: '502 5.5.1 What?' }, tls: 'starttls' })
      const place = { phase: 'starttls', cause: 'tls' }
      expect(refused.reply).toMatchObject({ outcome: 'deferred', code: 454, ...place })
      expect(unknown.reply).toMatchObject({ outcome: 'rejected', code: 502, ...place })
      expect([...refused.log, ...unknown.log]).toEqual(['EHLO', 'STARTTLS', 'EHLO', 'STARTTLS'])
    })
  })
}
