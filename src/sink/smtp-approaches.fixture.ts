import type { Approach, FaultCase } from './contract-faults.ts'
import type { Step } from './fault/fault.ts'

const hello = 'EHLO client.example.net\r\n'
const envelope = ['MAIL FROM:<a@example.net>\r\n', 'RCPT TO:<b@example.net>\r\n']
const noop = 'NOOP\r\n'
const content = 'Subject: x\r\n\r\nHello\r\n.\r\n'

const way = (before: readonly string[], say: string, after = noop): Approach => ({ before, say, after })

/** How a client of SMTP comes to each step. */
export const smtpApproaches = {
  connect: way([], ''),
  greeting: way([], ''),
  hello: way([], hello),
  starttls: { ...way([hello], 'STARTTLS\r\n'), tls: 'starttls' },
  auth: way([hello], 'AUTH PLAIN AGEAYg==\r\n'),
  sender: way([hello], envelope[0] ?? ''),
  recipient: way([hello, ...envelope.slice(0, 1)], envelope[1] ?? ''),
  data: way([hello, ...envelope], 'DATA\r\n', content),
  body: way([hello, ...envelope, 'DATA\r\n'], content),
  chunk: way([hello, ...envelope], 'BDAT 5\r\nHello'),
  content: way([hello, ...envelope, 'DATA\r\n'], content),
  rset: way([], 'RSET\r\n'),
  noop: way([], noop),
  vrfy: way([], 'VRFY b\r\n'),
  help: way([], 'HELP\r\n'),
  quit: way([], 'QUIT\r\n'),
} as const satisfies Partial<Record<Step, Approach>>

const toContent = `${hello}${envelope.join('')}DATA\r\n${content}`

export const smtpFaultCase = {
  greets: true,
  isReply: (text: string) => /(?:^|\n)\d{3} [^\n]*\r\n$/.test(text),
  refused: {
    reject: /^5\d\d 5\.\d\.\d [^\n]*\r\n$/,
    defer: /^4\d\d 4\.\d\.\d [^\n]*\r\n$/,
    throttle: /^4\d\d 4\.7\.\d Too many [^\n]*\r\n$/,
  },
  unavailable: /^421 4\.3\.2 [^\n]*\r\n$/,
  session: { say: `${toContent}QUIT\r\n`, wholeBytes: toContent.length },
} as const satisfies Partial<FaultCase>
