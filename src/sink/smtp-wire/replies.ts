import type { Verdict } from '../../sample.ts'
import type { Step } from '../fault/fault.ts'
import { mechanismNames } from './sasl.ts'

export const SINK_NAME = 'sink.example.net'

/** Replies whole, with their enhanced codes (RFC 2034 §4, RFC 3463), so that none is put together per message. */
export const replies = {
  greeting: `220 ${SINK_NAME} ESMTP mailbench\r\n`,
  hello: `250 ${SINK_NAME}\r\n`,
  starttls: '220 2.0.0 Ready to start TLS\r\n',
  auth: '235 2.7.0 Authentication successful\r\n',
  sender: '250 2.1.0 Sender ok\r\n',
  recipient: '250 2.1.5 Recipient ok\r\n',
  data: '354 End data with <CR><LF>.<CR><LF>\r\n',
  chunk: '250 2.0.0 Octets received\r\n',
  content: '250 2.6.0 Message accepted\r\n',
  rset: '250 2.0.0 Reset\r\n',
  noop: '250 2.0.0 Ok\r\n',
  vrfy: '252 2.1.5 Cannot verify, but will take it\r\n',
  help: '214 2.0.0 See RFC 5321\r\n',
  quit: '221 2.0.0 Bye\r\n',
} as const satisfies Partial<Record<Step, string>>

export const refusals = {
  unknown: '500 5.5.2 Command not recognized\r\n',
  lineTooLong: '500 5.5.2 Line too long\r\n',
  bareLine: '500 5.5.2 Lines end in CRLF\r\n',
  noParameters: '501 5.5.4 This command takes no parameters\r\n',
  noHost: '501 5.5.4 Syntax: EHLO hostname\r\n',
  noString: '501 5.5.4 Syntax: VRFY string\r\n',
  notImplemented: '502 5.5.1 Command not implemented\r\n',
  noHello: '503 5.5.1 Send EHLO first\r\n',
  nested: '503 5.5.1 A transaction is under way\r\n',
  noSender: '503 5.5.1 Send MAIL first\r\n',
  noRecipients: '503 5.5.1 No valid recipients\r\n',
  dataAmongChunks: '503 5.5.1 BDAT has begun: no DATA in this transaction\r\n',
  afterFailedChunk: '503 5.5.1 A chunk failed: send RSET\r\n',
  isSecure: '503 5.5.1 TLS is active\r\n',
  isAuthenticated: '503 5.5.1 Already authenticated\r\n',
  tooManyRecipients: '452 4.5.3 Too many recipients\r\n',
  oversized: '552 5.3.4 Message too large\r\n',
  authRequired: '530 5.7.0 Authentication required\r\n',
  authFailed: '535 5.7.8 Authentication credentials invalid\r\n',
  authUnknown: '504 5.5.4 Mechanism not offered\r\n',
  authCancelled: '501 5.7.0 Authentication cancelled\r\n',
  authMalformed: '501 5.5.2 Malformed response\r\n',
  authTooLong: '500 5.5.6 Authentication exchange line is too long\r\n',
  unavailable: `421 4.3.2 ${SINK_NAME} Service not available, closing transmission channel\r\n`,
} as const

const extensions = ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES', 'DSN', 'CHUNKING'] as const

export interface Offer {
  readonly sizeLimitBytes: number
  readonly hasStartTls: boolean
  readonly hasAuth: boolean
}

/** RFC 5321 §4.1.1.1: one line an extension. */
export function ehloReply({ sizeLimitBytes, hasStartTls, hasAuth }: Offer): string {
  const lines = [
    SINK_NAME,
    ...extensions,
    `SIZE ${sizeLimitBytes}`,
    ...(hasAuth ? [`AUTH ${mechanismNames.join(' ')}`] : []),
    ...(hasStartTls ? ['STARTTLS'] : []),
  ]
  return lines.map((line, i) => `250${i < lines.length - 1 ? '-' : ' '}${line}\r\n`).join('')
}

/** Of a reply that never ends; its line has no CRLF. */
export const ENDLESS = '250 '

/** RFC 5321 §4.2: text is visible ASCII, tab and space. A verdict's words come from a script. */
const unspeakable = /[^\t\x20-\x7e]/g

/** The reply to what a script refuses. */
export function refusalOf({ outcome, code, enhancedCode, text = 'Refused' }: Verdict): string {
  const words = text.replace(unspeakable, '?')
  const number = code ?? (outcome === 'rejected' ? 550 : 451)
  return `${number} ${enhancedCode === undefined ? '' : `${enhancedCode} `}${words}\r\n`
}
