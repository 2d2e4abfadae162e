/** The page docs/outcomes.md: what submissions can come to, from the declarations and from the code that reads replies. */
import { type Phase, phaseMeanings, phases } from '../src/phase.ts'
import { verdictOfStatus } from '../src/provider/status.ts'
import { type Cause, causeMeanings, causes, outcomeMeanings, outcomes } from '../src/sample.ts'
import { verdictOfReply } from '../src/transport/smtp-verdict.ts'

/** RFC 5321 §4.2.3, RFC 4954 §6, RFC 7504, and what Amazon SES says. */
const smtpCodes = [
  421, 432, 450, 451, 452, 454, 455, 500, 501, 502, 503, 504, 521, 530, 534, 535, 538, 550, 551, 552, 553,
  554, 555, 556,
]
/** RFC 9110 §15, RFC 6585 §4. */
const httpStatuses = [
  301, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 500, 501, 502, 503, 504, 507,
]
/** RFC 3463 §3, and the registry that it opened. */
const enhancedCodes = [
  'X.1.1',
  'X.1.7',
  'X.1.8',
  'X.2.1',
  'X.2.2',
  'X.3.0',
  'X.3.4',
  'X.4.2',
  'X.5.0',
  'X.5.3',
  'X.6.0',
  'X.7.0',
  'X.7.1',
  'X.7.8',
  'X.7.9',
  'X.7.11',
  'X.7.13',
  'X.7.14',
]

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')

const code = (word: string) => `\`${word}\``

/** The cause of a bare reply; undefined where it depends on what the refused command was about. */
function causeOfReply(reply: string): Cause | undefined {
  const found = new Set(
    (['sender', 'recipient', 'policy'] as const).map(about => verdictOfReply(reply, about)?.cause),
  )
  return found.size === 1 ? [...found][0] : undefined
}

const codesOf = (cause: Cause | undefined) =>
  smtpCodes.filter(number => causeOfReply(`${number} no`) === cause).join(', ')

const statusesOf = (cause: Cause) =>
  httpStatuses.filter(status => verdictOfStatus(status, {}).cause === cause).join(', ')

function causesTable(): string {
  const rows = causes.map(cause => [code(cause), causeMeanings[cause], codesOf(cause), statusesOf(cause)])
  return table(['cause', 'meaning', 'SMTP replies', 'HTTP statuses'], rows)
}

function phasesTable(): string {
  const rows = phases.map((phase: Phase) => {
    const { smtp = '', http = '' }: { smtp?: string; http?: string } = phaseMeanings[phase]
    return [code(phase), smtp, http]
  })
  return table(['phase', 'over SMTP', 'over HTTP'], rows)
}

/** The transient and the permanent code of one kind. */
function enhancedTable(): string {
  const causeAs = (digit: '4' | '5', enhanced: string) =>
    causeOfReply(`${digit}99 ${enhanced.replace('X', digit)} no`)
  const rows = enhancedCodes.map(enhanced => [
    code(enhanced),
    code(causeAs('4', enhanced) ?? ''),
    code(causeAs('5', enhanced) ?? ''),
  ])
  return table(['enhanced code', 'of 4yz', 'of 5yz'], rows)
}

/** The page, whole. */
export function outcomesPage(): string {
  return `<!-- Written by \`npm run docs\` from the code that reads replies; do not edit. -->

# What becomes of a submission

Each submission has one outcome, and, unless it was accepted, the phase in which it ended, a cause, and the code and
enhanced code of the reply that decided, if one did. The words are the same over SMTP and HTTP, in every file, and in
[fault-matrix.md](fault-matrix.md), which says what each client makes of each fault.

## Outcome

${table(
  ['outcome', 'meaning'],
  outcomes.map(outcome => [code(outcome), outcomeMeanings[outcome]]),
)}

## Phase

${phasesTable()}

## Cause

Where there is no reply, the cause is what happened to the connection. Where there is one, it is what the reply says:
over SMTP words of a rate or a quota first, then its enhanced code, then other words that are known, then its code, and
else what the refused command was about (${codesOf(undefined)}: \`sender\` for MAIL, \`recipient\` for RCPT, \`policy\` for a message, \`auth\` for
AUTH, \`tls\` for STARTTLS whatever the code). Over HTTP a provider's own words, in the body, go before the status.

${causesTable()}

${enhancedTable()}

Over HTTP the column \`enhanced_code\` is the provider's own word for an error, if it has one.
`
}
