import { expect, it } from 'vitest'
import {
  asShell,
  eventsInWords,
  limitsInWords,
  relayInWords,
  safeModeInWords,
  variablesOf,
} from './describe.ts'
import { generic } from './generic.ts'
import { sendgrid } from './sendgrid.ts'
import { ses } from './ses.ts'

it('names the variables of a provider, each once', () => {
  expect(variablesOf(sendgrid)).toEqual(['SENDGRID_API_KEY'])
  expect(variablesOf(ses)).toEqual([
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_REGION',
    'SES_SMTP_USER',
    'SES_SMTP_PASSWORD',
  ])
  expect(variablesOf(generic)).toEqual([])
})

it('writes variables as a plan does', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a plan has.
  expect(asShell('email.{AWS_REGION}.amazonaws.com')).toBe('email.${AWS_REGION}.amazonaws.com')
})

it('says how to reach a relay, and by which ports', () => {
  const relay = { host: 'smtp.example.net', user: 'user', password: 'password' }
  expect(relayInWords({ ...relay, starttls: [587, 25], implicit: [465] })).toBe(
    'smtp.example.net, ports 587, 25 with STARTTLS, 465 with TLS; user user, password password',
  )
  expect(relayInWords({ ...relay, starttls: [], implicit: [465] })).toContain('ports 465 with TLS;')
})

it('says what is limited, and nothing of the rest', () => {
  expect(limitsInWords({})).toBe('')
  expect(
    limitsInWords({ callsPerS: 5, messageBytes: 40 * 1024 * 1024, recipients: 50, note: 'of a team' }),
  ).toBe('5 calls/s; 40 MB; 50 recipients; of a team')
  expect(limitsInWords({ callsPerS: 1000, messagesPerS: 2000, recipients: 1000, note: '2,000 a call' })).toBe(
    '1,000 calls/s; 2,000 messages/s; 1,000 recipients; 2,000 a call',
  )
})

it('says what reports hold, what they are joined by, and whether they are signed', () => {
  const events = { field: 'event', names: ['delivered', 'bounce'], joinKey: 'id = id' }
  expect(eventsInWords(events)).toBe('event: delivered, bounce; joined by id = id; not signed')
  expect(eventsInWords({ ...events, signed: 'Signature' })).toContain('; signed: Signature')
})

it.each([
  [{ kind: 'flag', field: 'sandbox' }, 'the flag sandbox'],
  [{ kind: 'header', name: 'X-Drop', value: 'yes' }, 'the header X-Drop: yes'],
  [{ kind: 'key', key: 'TEST' }, 'the key TEST'],
  [{ kind: 'recipient', address: 'ok@example.net' }, 'mail to ok@example.net'],
  [{ kind: 'account', how: 'a test account' }, 'a test account'],
  [{ kind: 'none' }, 'none'],
] as const)('says of %j: %s', (mode, words) => {
  expect(safeModeInWords(mode)).toBe(words)
})
