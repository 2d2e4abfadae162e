import type { Reply } from '../sample.ts'
import type { SmtpReactions } from './scripted-dialogue.ts'
import { end, reset, say, settle, silence } from './scripted-server.ts'

/** What follows a refused MAIL in one flight with it, and a refused RCPT; the last after a BDAT. */
const noSender = { RCPT: '503 5.5.1 No sender', DATA: '503 5.5.1 No sender', '.': '503 5.5.1 No sender' }
export const noRecipient = { DATA: '503 5.5.1 No recipients', '.': '503 5.5.1 No recipients' }
export const noPipelining = { EHLO: '250-scripted\r\n250 AUTH PLAIN' }

/** What a server does, and what a client must make of it. */
export type SmtpRow = readonly [name: string, reactions: SmtpReactions, expected: Partial<Reply>]

/** Refusals at each command. */
export const refusals: readonly SmtpRow[] = [
  [
    'a greeting of 421',
    { greeting: '421 4.3.2 Closing' },
    { outcome: 'deferred', phase: 'greeting', cause: 'server', code: 421 },
  ],
  [
    'a greeting of 554',
    { greeting: '554 No service' },
    { outcome: 'rejected', phase: 'greeting', cause: 'policy', code: 554 },
  ],
  [
    'EHLO and HELO refused',
    { EHLO: '550 Go away', HELO: '550 Go away' },
    { outcome: 'rejected', phase: 'hello', cause: 'policy', code: 550 },
  ],
  [
    'AUTH refused for now',
    { AUTH: '454 4.7.0 Later' },
    { outcome: 'deferred', phase: 'auth', cause: 'auth', code: 454 },
  ],
  [
    'AUTH refused without an enhanced code',
    { AUTH: '535 Authentication Failed.' },
    { outcome: 'rejected', phase: 'auth', cause: 'auth', code: 535 },
  ],
  [
    'MAIL refused',
    { MAIL: '550 5.7.1 No', ...noSender },
    { outcome: 'rejected', phase: 'envelope', cause: 'policy', code: 550, enhancedCode: '5.7.1' },
  ],
  [
    'MAIL refused for now',
    { MAIL: '451 4.3.0 Later', ...noSender },
    { outcome: 'deferred', phase: 'envelope', cause: 'server', code: 451 },
  ],
  [
    'MAIL refused, and 421 to the rest',
    { MAIL: '421 4.7.0 Bye', ...noSender },
    { outcome: 'deferred', phase: 'envelope', cause: 'throttled', code: 421 },
  ],
  [
    'MAIL refused without pipelining',
    { MAIL: '553 Relaying disallowed', ...noPipelining },
    { outcome: 'rejected', phase: 'envelope', cause: 'sender', code: 553 },
  ],
  [
    'every RCPT refused',
    { RCPT: '550 5.1.1 Who?', ...noRecipient },
    { outcome: 'rejected', phase: 'envelope', cause: 'recipient', code: 550, enhancedCode: '5.1.1' },
  ],
  [
    'every RCPT refused, and DATA taken all the same',
    { RCPT: '550 5.1.1 Who?', '.': '554 5.5.1 No recipients' },
    { outcome: 'rejected', phase: 'envelope', cause: 'recipient', code: 550 },
  ],
  [
    'every RCPT refused without pipelining',
    { RCPT: '550 5.1.1 Who?', ...noPipelining },
    { outcome: 'rejected', phase: 'envelope', cause: 'recipient', code: 550 },
  ],
  [
    'DATA refused',
    { DATA: '451 4.3.0 Later' },
    { outcome: 'deferred', phase: 'data', cause: 'server', code: 451 },
  ],
  [
    'the message refused',
    { '.': '554 5.7.1 Spam' },
    { outcome: 'rejected', phase: 'reply', cause: 'policy', code: 554 },
  ],
  [
    'the message refused for its size',
    { '.': '552 Too much' },
    { outcome: 'rejected', phase: 'reply', cause: 'content', code: 552 },
  ],
  [
    'the message answered with 421',
    { '.': '421 4.3.2 Closing' },
    { outcome: 'deferred', phase: 'reply', cause: 'server', code: 421 },
  ],
  [
    'a reply of several lines',
    { '.': '554-5.7.1 Spam\r\n554 5.7.1 indeed' },
    { outcome: 'rejected', phase: 'reply', cause: 'policy', code: 554, enhancedCode: '5.7.1' },
  ],
  [
    'control characters in a reply',
    { '.': '554 5.7.1 \x1b[31m\x07\x00\x08spam\x7f\xff' },
    { outcome: 'rejected', phase: 'reply', cause: 'policy', code: 554 },
  ],
]

/** Failures at each command, of the network and of manners. */
export const faults: readonly SmtpRow[] = [
  [
    'silence for a greeting',
    { greeting: [silence] },
    { outcome: 'faulted', phase: 'greeting', cause: 'timeout' },
  ],
  [
    'a reset for a greeting',
    { greeting: [settle, reset] },
    { outcome: 'faulted', phase: 'greeting', cause: 'reset' },
  ],
  ['an end for a greeting', { greeting: [end] }, { outcome: 'faulted', phase: 'greeting', cause: 'reset' }],
  ['silence after EHLO', { EHLO: [silence] }, { outcome: 'faulted', phase: 'hello', cause: 'timeout' }],
  ['a reset after EHLO', { EHLO: [reset] }, { outcome: 'faulted', phase: 'hello', cause: 'reset' }],
  ['silence after AUTH', { AUTH: [silence] }, { outcome: 'faulted', phase: 'auth', cause: 'timeout' }],
  ['silence after MAIL', { MAIL: [silence] }, { outcome: 'faulted', phase: 'envelope', cause: 'timeout' }],
  ['a reset after MAIL', { MAIL: [reset] }, { outcome: 'faulted', phase: 'envelope', cause: 'reset' }],
  ['an end after MAIL', { MAIL: [end] }, { outcome: 'faulted', phase: 'envelope', cause: 'reset' }],
  ['silence after DATA', { DATA: [silence] }, { outcome: 'faulted', phase: 'data', cause: 'timeout' }],
  ['a reset after DATA', { DATA: [reset] }, { outcome: 'faulted', phase: 'data', cause: 'reset' }],
  [
    'half a reply to RCPT',
    { RCPT: [say('250 2.1'), end] },
    { outcome: 'faulted', phase: 'envelope', cause: 'reset' },
  ],
  ['half a 354', { DATA: [say('354 go'), end] }, { outcome: 'faulted', phase: 'data', cause: 'reset' }],
  [
    'another protocol',
    { greeting: 'SSH-2.0-OpenSSH_9.9' },
    { outcome: 'faulted', phase: 'greeting', cause: 'protocol' },
  ],
  [
    'a greeting that is a reply to something else',
    { greeting: '250 2.0.0 taken' },
    { outcome: 'faulted', phase: 'greeting', cause: 'protocol' },
  ],
  [
    'one reply too many',
    { EHLO: '250 scripted\r\n250 2.0.0 taken' },
    { outcome: 'faulted', cause: 'protocol' },
  ],
  [
    'nonsense after MAIL',
    { MAIL: 'moo', ...noSender },
    { outcome: 'faulted', phase: 'envelope', cause: 'protocol' },
  ],
  ['nonsense after the message', { '.': 'moo' }, { outcome: 'in_doubt', phase: 'reply', cause: 'protocol' }],
  [
    'another 354 after the message',
    { '.': '354 go on' },
    { outcome: 'in_doubt', phase: 'reply', cause: 'protocol' },
  ],
  [
    'half a refusal of the message',
    { '.': [say('554 5.7'), end] },
    { outcome: 'in_doubt', phase: 'reply', cause: 'reset' },
  ],
  [
    'half an acceptance of the message',
    { '.': [say('250 2.0.0 ok'), end] },
    { outcome: 'in_doubt', phase: 'reply', cause: 'reset' },
  ],
]
