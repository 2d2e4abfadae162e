import { describe, expect, it } from 'vitest'
import type { Cause } from '../sample.ts'
import { parseReply, verdictOfReply } from './smtp-verdict.ts'

/** Replies as servers word them, what was refused with them, and what they mean. */
const replies: readonly [reply: string, about: Cause, outcome: string, cause: Cause][] = [
  // RFC 5321 §4.2.3, RFC 4954 §6
  ['421 4.3.2 Service shutting down', 'policy', 'deferred', 'server'],
  ['450 Mailbox busy', 'recipient', 'deferred', 'recipient'],
  ['451 Local error in processing', 'sender', 'deferred', 'server'],
  ['452 Insufficient system storage', 'sender', 'deferred', 'throttled'],
  ['454 4.7.0 Temporary authentication failure', 'auth', 'deferred', 'auth'],
  ['454 Temporary authentication failure', 'auth', 'deferred', 'auth'],
  ['500 Unrecognized command', 'server', 'rejected', 'protocol'],
  ['530 5.7.0 Authentication required', 'sender', 'rejected', 'auth'],
  ['530 5.7.0 Must issue a STARTTLS command first', 'sender', 'rejected', 'tls'],
  ['535 5.7.8 Authentication credentials invalid', 'auth', 'rejected', 'auth'],
  ['535 Authentication Failed.', 'auth', 'rejected', 'auth'],
  ['550 User unknown', 'recipient', 'rejected', 'recipient'],
  ['552 Too much mail data', 'policy', 'rejected', 'content'],
  ['553 Relaying disallowed as bench@example.net', 'sender', 'rejected', 'sender'],
  ['554 Transaction failed', 'policy', 'rejected', 'policy'],
  // RFC 3207 §4: whatever the code, there is no TLS
  ['454 4.7.0 TLS not available due to temporary reason', 'tls', 'deferred', 'tls'],
  ['502 5.5.1 Command not implemented', 'tls', 'rejected', 'tls'],
  ['421 4.3.2 Closing', 'tls', 'deferred', 'server'],
  // RFC 3463 §3
  ['550 5.1.1 No such user here', 'recipient', 'rejected', 'recipient'],
  ['550 5.1.8 Bad sender', 'policy', 'rejected', 'sender'],
  ['452 4.2.2 Mailbox full', 'recipient', 'deferred', 'recipient'],
  ['552 5.3.4 Message too big', 'policy', 'rejected', 'content'],
  ['451 4.3.0 Try again later', 'policy', 'deferred', 'server'],
  ['451 4.4.2 Timeout', 'policy', 'deferred', 'server'],
  ['452 4.5.3 Too many recipients', 'recipient', 'deferred', 'throttled'],
  ['503 5.5.1 Bad sequence', 'sender', 'rejected', 'protocol'],
  ['554 5.6.0 Not well-formed', 'policy', 'rejected', 'content'],
  ['550 5.7.1 Refused by policy', 'recipient', 'rejected', 'policy'],
  ['550 5.7.26 Unauthenticated mail', 'policy', 'rejected', 'policy'],
  ['451 4.7.1 Greylisted', 'recipient', 'deferred', 'throttled'],
  ['421 4.7.28 Unusual rate', 'policy', 'deferred', 'throttled'],
  // As providers word them: Amazon SES
  ['421 Too many concurrent SMTP connections', 'server', 'deferred', 'throttled'],
  ['451 Temporary service failure', 'policy', 'deferred', 'server'],
  ['451 Timeout waiting for data from client', 'policy', 'deferred', 'server'],
  ['454 Throttling failure: Maximum sending rate exceeded.', 'policy', 'deferred', 'throttled'],
  ['454 Throttling failure: Daily message quota exceeded.', 'policy', 'deferred', 'throttled'],
  ['454 Temporary service failure', 'policy', 'deferred', 'server'],
  ['454 Temporary authentication failure', 'auth', 'deferred', 'auth'],
  ['501 Invalid MAIL FROM address provided', 'sender', 'rejected', 'sender'],
  ['501 Invalid RCPT TO address provided', 'recipient', 'rejected', 'recipient'],
  ['530 Authentication required', 'sender', 'rejected', 'auth'],
  ['535 Authentication Credentials Invalid', 'auth', 'rejected', 'auth'],
  ['552 Message is too long.', 'policy', 'rejected', 'content'],
  [
    '554 Message rejected: Email address is not verified. The following identities failed the check',
    'policy',
    'rejected',
    'sender',
  ],
  // SendGrid
  ['450 too frequent connects from 192.0.2.1, please try again later.', 'sender', 'deferred', 'throttled'],
  ['451 Authentication failed: Maximum credits exceeded', 'auth', 'deferred', 'policy'],
  ['452 Too many recipients received this hour', 'recipient', 'deferred', 'throttled'],
  ['535 Authentication failed: The provided authorization grant is invalid', 'auth', 'rejected', 'auth'],
  ['550 The from address does not match a verified Sender Identity.', 'policy', 'rejected', 'sender'],
  ['550 Unauthenticated senders not allowed', 'sender', 'rejected', 'sender'],
  // Mailgun
  [
    '421 Domain x is not allowed to send: recipient limit exceeded, try again',
    'policy',
    'deferred',
    'throttled',
  ],
  ['550 5.7.1 Relaying denied', 'recipient', 'rejected', 'policy'],
  // MailerSend, Resend, ZeptoMail, and others
  ['450 The given data was invalid. The from.email must be verified.', 'policy', 'deferred', 'sender'],
  ['450 The `to` field must be a `string`.', 'policy', 'deferred', 'recipient'],
  ['450 The example.net domain is not verified', 'policy', 'deferred', 'sender'],
  ['535 Authentication Failed.', 'auth', 'rejected', 'auth'],
  ['535 5.7.8 Too many failed attempts: rate limit exceeded', 'auth', 'rejected', 'auth'],
  ['421 4.7.0 Too many connections from your host', 'server', 'deferred', 'throttled'],
  ['450 4.3.2 Rate limit: please wait', 'recipient', 'deferred', 'throttled'],
  ['451 4.7.1 Hourly limit exceeded', 'policy', 'deferred', 'throttled'],
  ['550 5.4.5 Daily sending quota exceeded', 'policy', 'rejected', 'throttled'],
  ['550 User has exceeded outgoing email quota', 'policy', 'rejected', 'throttled'],
  ['550 5.1.1 Recipient address rejected', 'recipient', 'rejected', 'recipient'],
  ['550-5.7.1 Blocked,\n550 5.7.1 see https://example.net', 'policy', 'rejected', 'policy'],
]

describe('the verdict of a reply', () => {
  it.each(replies)('%j', (reply, about, outcome, cause) => {
    expect(verdictOfReply(reply, about)).toMatchObject({ outcome, cause, code: Number(reply.slice(0, 3)) })
  })

  it.each(['250 2.0.0 Ok: queued as 4B8F', '250 Message queued as 0123456789abcdef01234567', '354 Go ahead'])(
    'accepts with %j, for no cause',
    reply => {
      const verdict = verdictOfReply(reply, 'policy')
      expect(verdict?.outcome).toBe('accepted')
      expect(verdict?.cause).toBeUndefined()
    },
  )

  it.each(['', 'moo', '99 5.0.0 no', '650 no', '2500 no', '\x00550 no', 'HTTP/1.1 400 Bad Request'])(
    'reads no reply in %j',
    text => {
      expect(verdictOfReply(text, 'policy')).toBeUndefined()
    },
  )
})

describe('a reply', () => {
  it.each([
    ['550', 550, undefined],
    ['550 ', 550, undefined],
    ['550 5.1.1', 550, '5.1.1'],
    ['550 5.1.1 Who?', 550, '5.1.1'],
    ['550 5.1.1234 Who?', 550, undefined],
    ['550 #5.1.1 Who?', 550, undefined],
    ['550 5.1.1-foo', 550, undefined],
    ['550-5.1.0 One\n550 5.7.1 Two', 550, '5.7.1'],
  ])('%j has the code %s and the enhanced code %s', (text, code, enhancedCode) => {
    expect(parseReply(text)).toEqual({ code, text, ...(enhancedCode && { enhancedCode }) })
  })

  it('is read at once, however long and strange its words', () => {
    for (const words of ['exceeded '.repeat(20_000), 'too many '.repeat(20_000), 'limit '.repeat(20_000)])
      expect(verdictOfReply(`550 ${words}`, 'policy')?.outcome).toBe('rejected')
  })

  it('keeps its words as they came', () => {
    const text = '554 5.7.1 \x1b[2J\r\x00\u0085 no'
    expect(parseReply(text)?.text).toBe(text)
  })
})
