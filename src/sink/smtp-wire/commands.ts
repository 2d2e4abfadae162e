/** What a client is told of a command that cannot be taken as it stands. */
export interface CommandFault {
  /** The reply, its CRLF included. */
  readonly reply: string
}

/** RFC 5321 §4.5.3.1.4, its CRLF included. */
export const MIN_LINE_LIMIT = 512
/**
 * Extensions make room for their parameters: SIZE 26 (RFC 1870 §3), BODY 17 (RFC 6152 §2), SMTPUTF8 10
 * (RFC 6531 §3.1), AUTH 500 (RFC 4954 §3), and DSN what RET with an ENVID of 100 (RFC 3461 §4.4), or NOTIFY
 * with an ORCPT of 500 (§4.2), take.
 */
const allowances: Readonly<Record<string, number>> = {
  MAIL: 26 + 17 + 10 + 500 + ' RET=FULL ENVID='.length + 100,
  RCPT: ' NOTIFY=SUCCESS,FAILURE,DELAY ORCPT='.length + 500,
  AUTH: 12_288 - MIN_LINE_LIMIT,
}

/** The longest that a command's line may be, its CRLF included. */
export const lineLimit = (verb: string): number => MIN_LINE_LIMIT + (allowances[verb] ?? 0)

const badParameter = (name: string): CommandFault => ({ reply: `501 5.5.4 Bad value of ${name}\r\n` })
const unknownParameter: CommandFault = { reply: '555 5.5.4 Parameter not recognized\r\n' }
const repeatedParameter: CommandFault = { reply: '501 5.5.4 A parameter was given twice\r\n' }
const badSender: CommandFault = { reply: '501 5.5.4 Syntax: MAIL FROM:<address>\r\n' }
const badRecipient: CommandFault = { reply: '501 5.5.4 Syntax: RCPT TO:<address>\r\n' }
const notAscii: CommandFault = { reply: '553 5.6.7 A non-ASCII address needs SMTPUTF8\r\n' }
const noRecipient: CommandFault = { reply: '501 5.1.3 A recipient may not be empty\r\n' }
const badChunk: CommandFault = { reply: '501 5.5.4 Syntax: BDAT octets [LAST]\r\n' }

/** A path (RFC 5321 §4.1.2) as far as its end can be found by it, then the parameters. A space after the colon is let pass. */
const pathPattern = '<((?:"(?:[^"\\\\]|\\\\.)*"|[^"<>\\s])*)>(?: +(.*?))? *$'
const fromPattern = new RegExp(`^FROM: ?${pathPattern}`, 'i')
const toPattern = new RegExp(`^TO: ?${pathPattern}`, 'i')
/** Source routes are accepted and ignored (RFC 5321 §C). */
const routePattern = /^@[^:]+:/
/** RFC 3461 §4: visible ASCII, with + and = only as +XX. */
const xtext = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/
const anyText = /^[!-~]*$/

type Parameters = Readonly<Record<string, RegExp>>

/** Value that each parameter may have; an empty one for those that have none. */
const mailParameters: Parameters = {
  SIZE: /^\d{1,20}$/,
  BODY: /^(?:7BIT|8BITMIME)$/i,
  SMTPUTF8: /^$/,
  RET: /^(?:FULL|HDRS)$/i,
  ENVID: xtext,
}
const rcptParameters: Parameters = {
  NOTIFY: /^(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2})$/i,
  // xtext, or with SMTPUTF8 the UTF-8 forms of RFC 6533 §3.
  ORCPT: /^[\w-]+;[!-~\x80-\xff]+$/,
}
const authParameter: Parameters = { AUTH: anyText }

/** What RFC 4954 §5 adds to MAIL where AUTH is offered. */
const mailParametersWithAuth: Parameters = { ...mailParameters, ...authParameter }

function findFault(given: ReadonlyMap<string, string>, allowed: Parameters): CommandFault | undefined {
  for (const [name, value] of given) {
    const pattern = Object.hasOwn(allowed, name) ? allowed[name] : undefined
    if (pattern === undefined) return unknownParameter
    if (!pattern.test(value)) return badParameter(name)
  }
  return undefined
}

const noParameters: ReadonlyMap<string, string> = new Map()

/** @returns undefined when one was given twice */
function parseParameters(text: string | undefined): ReadonlyMap<string, string> | undefined {
  if (text === undefined || text === '') return noParameters
  const found = new Map<string, string>()
  for (const parameter of text.split(/ +/)) {
    const equals = parameter.indexOf('=')
    const name = (equals < 0 ? parameter : parameter.slice(0, equals)).toUpperCase()
    if (found.has(name)) return undefined
    found.set(name, equals < 0 ? '' : parameter.slice(equals + 1))
  }
  return found
}

/** Lines come one octet a character; addresses may be UTF-8 (RFC 6531 §3.3). */
const isAscii = (text: string) => !/[^\x00-\x7f]/.test(text)

/** The mailbox of a path. @returns undefined for one that is not ASCII where `isUtf8` does not allow it */
function mailboxOf(path: string, isUtf8: boolean): string | undefined {
  const mailbox = path.startsWith('@') ? path.replace(routePattern, '') : path
  if (isAscii(mailbox)) return mailbox
  return isUtf8 ? Buffer.from(mailbox, 'latin1').toString('utf8') : undefined
}

export interface MailCommand {
  readonly address: string
  /** As announced (RFC 1870 §6), 0 when it was not. */
  readonly sizeBytes: number
  readonly isUtf8: boolean
}

/** What stands behind `MAIL `. @param hasAuth whether AUTH is offered */
export function parseMail(text: string, hasAuth: boolean): MailCommand | CommandFault {
  const [, path, rest] = fromPattern.exec(text) ?? []
  if (path === undefined) return badSender
  const given = parseParameters(rest)
  if (!given) return repeatedParameter
  const fault = findFault(given, hasAuth ? mailParametersWithAuth : mailParameters)
  if (fault) return fault
  const isUtf8 = given.has('SMTPUTF8')
  const address = mailboxOf(path, isUtf8)
  if (address === undefined) return notAscii
  return { address, sizeBytes: Number(given.get('SIZE') ?? 0), isUtf8 }
}

/** What stands behind `RCPT `: the address. */
export function parseRcpt(text: string, isUtf8: boolean): string | CommandFault {
  const [, path, rest] = toPattern.exec(text) ?? []
  if (path === undefined) return badRecipient
  const given = parseParameters(rest)
  if (!given) return repeatedParameter
  const fault = findFault(given, rcptParameters)
  if (fault) return fault
  const address = mailboxOf(path, isUtf8)
  if (address === undefined) return notAscii
  return address === '' ? noRecipient : address
}

export interface ChunkCommand {
  readonly octets: number
  readonly isLast: boolean
}

/** What stands behind `BDAT ` (RFC 3030 §2). */
export function parseBdat(text: string): ChunkCommand | CommandFault {
  const [, octets, last] = /^(\d{1,15})( LAST)? *$/i.exec(text) ?? []
  return octets === undefined ? badChunk : { octets: Number(octets), isLast: last !== undefined }
}
