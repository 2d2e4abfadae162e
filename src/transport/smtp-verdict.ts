import type { Cause, Verdict } from '../sample.ts'

/** Reply codes that name their cause wherever they occur (RFC 5321 §4.2.3, RFC 4954 §6). */
const causeOfCode: Record<number, Cause> = {
  421: 'server',
  432: 'auth',
  451: 'server',
  452: 'throttled',
  // Amazon SES; at AUTH and STARTTLS it means something else, see below.
  454: 'throttled',
  500: 'protocol',
  501: 'protocol',
  502: 'protocol',
  503: 'protocol',
  504: 'protocol',
  530: 'auth',
  534: 'auth',
  535: 'auth',
  538: 'auth',
  552: 'content',
  555: 'protocol',
}

/** What providers say of a rate or an allowance, whatever the codes that they say it under. */
const throttling =
  /throttl|rate limit|too many (?:concurrent |smtp |requests|messages|connections|recipients|emails)|too frequent|\b(?:limit|quota) (?:has been )?(?:exceeded|reached)|exceeded .{0,40}\b(?:limit|quota)|sending rate/i

/** Causes that a reply without an enhanced code names in its words only. */
const wordings: readonly (readonly [words: RegExp, cause: Cause])[] = [
  [
    /sender identity|unauthenticated sender|(?:address|domain|from\.email) (?:is not|must be) verified|invalid MAIL FROM/i,
    'sender',
  ],
  [/invalid RCPT TO|invalid recipient|inactive (?:recipient|address)|`(?:to|cc|bcc)` field/i, 'recipient'],
  [/message is too (?:long|large|big)|message size exceeds/i, 'content'],
  [/credits exceeded/i, 'policy'],
  [/temporary service failure|service (?:is )?unavailable/i, 'server'],
]

/** Subject and detail of an enhanced status code (RFC 3463 §3), where they say more than the reply code. */
function causeOfEnhanced(enhanced: string, code: number): Cause | undefined {
  const [, subject, detail] = enhanced.split('.').map(Number)
  switch (subject) {
    case 1:
      return detail === 7 || detail === 8 ? 'sender' : 'recipient'
    case 2:
      return 'recipient'
    case 3:
      return detail === 4 ? 'content' : 'server'
    case 4:
      return 'server'
    case 5:
      return detail === 3 ? 'throttled' : 'protocol'
    case 6:
      return 'content'
    case 7:
      return causeOfSecurity(detail, code)
    default:
      return undefined
  }
}

/** x.7: refused by policy; a transient one is how servers throttle (4.7.0, 4.7.1, 4.7.28). */
function causeOfSecurity(detail: number | undefined, code: number): Cause {
  const authentication = detail === 8 || detail === 9 || detail === 11 || detail === 13 || detail === 14
  if (authentication || code === 530 || code === 535 || code === 454) return 'auth'
  return code < 500 ? 'throttled' : 'policy'
}

interface ParsedReply {
  readonly code: number
  readonly enhancedCode?: string
  readonly text: string
}

/** Reads `550 5.1.1 No such user` (RFC 5321 §4.2, RFC 2034 §3). Multi-line replies count by their last line. */
export function parseReply(text: string): ParsedReply | undefined {
  const last = text.slice(text.lastIndexOf('\n') + 1)
  const match = /^([2-5]\d\d)(?:[ -](?:([245]\.\d{1,3}\.\d{1,3})(?: |$))?(.*))?$/s.exec(last)
  if (!match) return undefined
  return {
    code: Number(match[1]),
    ...(match[2] !== undefined && { enhancedCode: match[2] }),
    text,
  }
}

function causeOf({ code, enhancedCode, text }: ParsedReply, about: Cause): Cause {
  // RFC 3207 §4 and RFC 4954 §6 share the code: encryption, or authentication, is required.
  if (code === 530 && /STARTTLS|encrypt|\bTLS\b/i.test(text)) return 'tls'
  // Whatever STARTTLS is refused with, there will be no TLS (RFC 3207 §4); 421 is of the whole session.
  if (about === 'tls' && code !== 421) return 'tls'
  // RFC 4954 §6: temporary authentication failure.
  if (about === 'auth' && code === 454) return 'auth'
  // Wrong credentials too often are still wrong credentials.
  if (causeOfCode[code] !== 'auth' && throttling.test(text)) return 'throttled'
  if (enhancedCode !== undefined) return causeOfEnhanced(enhancedCode, code) ?? causeOfCode[code] ?? about
  return wordings.find(([words]) => words.test(text))?.[1] ?? causeOfCode[code] ?? about
}

/**
 * The verdict that an SMTP reply states.
 * @param about what the refused command was about; counts when neither of the reply's codes names a cause
 */
export function verdictOfReply(reply: string, about: Cause): Verdict | undefined {
  const parsed = parseReply(reply)
  if (!parsed) return undefined
  if (parsed.code < 400) return { outcome: 'accepted', ...parsed }
  return {
    outcome: parsed.code < 500 ? 'deferred' : 'rejected',
    cause: causeOf(parsed, about),
    ...parsed,
  }
}
