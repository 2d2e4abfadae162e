import { UsageError } from '../errors.ts'
import { safeModeInWords } from '../provider/describe.ts'
import type { SafeMode } from '../provider/facts.ts'
import type { Provider } from '../provider/provider.ts'
import { providers } from '../provider/providers.ts'
import { foreignWords, isNobodys, isOwn } from './own-domain.ts'
import { isLoopback } from './target.ts'

/** What a plan would send, and where. */
export interface Sending {
  /** What the user reads in an error: `provider`, `targets.ses`. */
  readonly option: string
  readonly provider: Provider
  readonly protocol: 'smtp' | 'http'
  readonly host: string
  readonly live: boolean
  readonly ownDomains: readonly string[]
  /** The recipient that was named for this server; `fallback` is the plan's for all of them. */
  readonly to: string | undefined
  readonly fallback: string | undefined
  /** The key, or the password, that was named; undefined where it is the provider's own variable. */
  readonly key: string | undefined
  /** How the user says that mail is meant to be delivered. @default by the plan's `live` and `own_domains` */
  readonly otherwise?: string
}

/** How it is sent so that nobody gets mail by accident. */
export interface SafeTerms {
  /** The provider's dialect, or that of its sandbox. */
  readonly provider: Provider
  readonly to: string | undefined
  /** What is added to each message. */
  readonly headers?: Readonly<Record<string, string>>
  /** Taken instead of the provider's variable. */
  readonly key?: string
  /** What keeps the mail from being delivered, or whom it is delivered to. */
  readonly words: string
}

const LIVE_PLAN = 'say live: true in the plan, with own_domains'

/** Subaddresses of a mailbox that swallows everything are swallowed as well. */
const isMailbox = (address: string, mailbox: string) =>
  address.toLowerCase().replace(/\+[^@]*@/, '@') === mailbox.toLowerCase()

/** What the user can do instead, where mailbench cannot ask for it by itself. */
function remedyOf(mode: SafeMode): string {
  switch (mode.kind) {
    case 'key':
      return `use the key ${mode.key}, which sends nothing`
    case 'recipient':
      return `send to: ${mode.address}, which nobody reads`
    case 'account':
      return `there is ${mode.how}, which cannot be told from outside`
    default:
      return 'it has no sandbox'
  }
}

/** @param who would deliver it */
function deliver({ provider, to, fallback, option, ownDomains }: Sending, who: string): SafeTerms {
  const flaw = ownDomains.map(foreignWords).find(words => words !== undefined)
  if (flaw !== undefined) throw new UsageError(`own_domains: ${flaw}`)
  const recipient = to ?? fallback
  if (recipient === undefined || !isOwn(recipient, ownDomains)) {
    const whom = recipient === undefined ? 'name a recipient (to:)' : `${recipient} must be`
    throw new UsageError(
      `${option}: ${who} would deliver this mail: ${whom} in one of the plan's own_domains`,
    )
  }
  return { provider, to: recipient, words: `delivers to ${recipient}` }
}

/** undefined when the provider cannot be asked for it, or the user asked for something else. */
function safeTermsOf(sending: Sending, mode: SafeMode): Omit<SafeTerms, 'words'> | undefined {
  const { provider, protocol, to, fallback, key } = sending
  const recipient = to ?? fallback
  switch (mode.kind) {
    case 'flag':
      return protocol === 'http' && provider.sandboxed
        ? { provider: provider.sandboxed(), to: recipient }
        : undefined
    case 'header':
      return { provider, to: recipient, headers: { [mode.name]: mode.value } }
    case 'key':
      return key === undefined || key === mode.key ? { provider, to: recipient, key: mode.key } : undefined
    case 'recipient':
      return to === undefined || isMailbox(to, mode.address)
        ? { provider, to: to ?? mode.address }
        : undefined
    default:
      return undefined
  }
}

/** Whether a provider is known to deliver what comes this way. */
const isProvider = ({ origin, smtp }: Provider, protocol: 'smtp' | 'http') =>
  (protocol === 'smtp' ? smtp : origin) !== undefined

const reachesNobody = ({ to, fallback }: Sending) => {
  const recipient = to ?? fallback
  return recipient === undefined || isNobodys(recipient)
}

const strange = ({ option, host, to, fallback, otherwise = LIVE_PLAN }: Sending) =>
  new UsageError(`${option}: ${host} would deliver this mail to ${to ?? fallback}: ${otherwise}`)

/** A dialect that the server does not speak has a safe mode that it does not know. */
function checkDialect({ option, provider, protocol, host }: Sending): void {
  const owners = ownersOf(host).map(({ name }) => name)
  if (protocol === 'smtp' || owners.length === 0 || owners.includes(provider.name)) return
  throw new UsageError(`${option}: ${host} speaks ${owners.join(' or ')}, not ${provider.name}: name that`)
}

/** Only its own servers heed a provider's flag, header or key; a mailbox that nobody reads is one anywhere. */
const isHeeded = (mode: SafeMode, sending: Sending) =>
  mode.kind === 'recipient' ||
  reachesNobody(sending) ||
  ownersOf(sending.host).some(({ name }) => name === sending.provider.name)

/**
 * How a plan's mail is sent. Off loopback it is a provider's safe mode, unless it is live; then it goes to the
 * user's own domains only. Who has no safe mode that can be asked for is not spoken to by accident.
 * @throws UsageError saying what would be safe
 */
export function safely(sending: Sending): SafeTerms {
  const { option, provider, protocol, host, live, to, fallback, otherwise = LIVE_PLAN } = sending
  if (isLoopback(host)) return { provider, to: to ?? fallback, words: 'stays on this machine' }
  checkDialect(sending)
  // One's own server, for all that is known: confirming the run is leave enough.
  if (!isProvider(provider, protocol))
    return { provider, to: to ?? fallback, words: 'delivers, as far as anybody knows' }
  if (live) return deliver(sending, provider.title)
  const mode = provider.safe[protocol === 'smtp' ? 'smtp' : 'api']
  const terms = safeTermsOf(sending, mode)
  if (terms && !isHeeded(mode, sending)) throw strange(sending)
  if (terms) return { ...terms, words: safeModeInWords(mode) }
  const way = protocol === 'smtp' ? ' by SMTP' : ''
  throw new UsageError(
    `${option}: ${provider.title} would deliver this mail${way}: ${remedyOf(mode)}; or ${otherwise}`,
  )
}

/** A name, or one under it; a part of it may depend on the account. */
const pattern = (domain: string) =>
  new RegExp(`(?:^|\\.)${domain.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[\\w-]+')}$`, 'i')

/** A name may end in the root's dot (RFC 1034 §3.1). */
const isAt = (host: string, domain: string) => pattern(domain).test(host.replace(/\.$/, ''))

/** Whose server has this name: two dialects of one company share theirs. */
function ownersOf(host: string): Provider[] {
  const known: readonly Provider[] = Object.values(providers)
  return known.filter(({ domains = [], smtp }) =>
    [...domains, ...(smtp ? [smtp.host] : [])].some(domain => isAt(host, domain)),
  )
}

/** The provider whose relay has this name. */
export function ownerOf(host: string): Provider | undefined {
  const owners = ownersOf(host)
  return owners.find(({ smtp }) => smtp && isAt(host, smtp.host)) ?? owners[0]
}
