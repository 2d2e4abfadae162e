import { UsageError } from '../errors.ts'
import { type Address, needsSmtpUtf8, parseAddress } from './address.ts'
import { checkHeaders, type Field } from './header.ts'
import { DEFAULT_DOMAIN, formatIdentity, formatMessageId, ID_HEADER, INDEX_LENGTH } from './identity.ts'
import type { Mailbox } from './message.ts'

export interface TemplateOptions {
  /** 8 hexadecimal digits, see identity.ts. */
  readonly run: string
  readonly trial: number
  /** @default bench@example.net */
  readonly from?: string | undefined
  /** Mail goes to subaddresses of it, `local+id@domain`. @default recipient@example.net, or as the message has it */
  readonly to?: string | undefined
  /** Recipients of each message, `local+id.0001@domain` and so on when there are several. @default 1 */
  readonly recipients?: number | undefined
  /** Uses `to` as it is for every message, for real mailboxes without subaddressing. @default false */
  readonly exactTo?: boolean | undefined
  /** Gives each message an idempotency key, for the APIs that know them. @default false */
  readonly idempotency?: boolean | undefined
  /** Header fields besides the template's own. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** The Date of every message, in milliseconds since the Unix epoch. @default the template's own, fixed */
  readonly wallMs?: number | undefined
}

/** What a trial prints on each message of a template: who sends it to whom, and its identity. */
export interface Stamp {
  /** An identity without its last part, the index. */
  readonly idPrefix: string
  readonly from: Mailbox
  readonly headers: Readonly<Record<string, string>>
  /** Whether messages have an idempotency key. */
  readonly isKeyed: boolean
  /** See Message. */
  readonly smtpUtf8: boolean
  /** Recipients' addresses of the message that is called `id`. */
  recipients(id: string): string[]
  /** The fields that replace a template's own, or are added to them. */
  fields(id: string): Field[]
}

const MAX_RECIPIENTS = 9999

function checkIdentity({ run, trial }: TemplateOptions): void {
  if (!/^[0-9a-f]{8}$/.test(run)) throw new RangeError(`Run "${run}" is not 8 hexadecimal digits`)
  if (!(Number.isInteger(trial) && trial >= 0 && trial <= 0xffff))
    throw new RangeError(`Trial ${trial} does not fit 4 hexadecimal digits`)
}

/** What follows the id in each recipient's address. Numbers are padded: all messages have one length. */
function endings(domain: string, count: number): string[] {
  if (count === 1) return [`@${domain}`]
  return Array.from({ length: count }, (_, i) => `.${String(i + 1).padStart(4, '0')}@${domain}`)
}

function checkRecipients(count: number, exactTo: boolean): void {
  if (!(Number.isInteger(count) && count >= 1 && count <= MAX_RECIPIENTS))
    throw new UsageError(`recipients: ${count} is out of range: use 1 to ${MAX_RECIPIENTS}`)
  if (exactTo && count > 1)
    throw new UsageError(
      `recipients: ${count} cannot share one exact address: use 1, or let it be subaddressed`,
    )
}

function recipientsOf(options: TemplateOptions, to: Address): Stamp['recipients'] {
  const { recipients: count = 1, exactTo = false } = options
  checkRecipients(count, exactTo)
  if (exactTo) return () => [`${to.local}@${to.domain}`]
  const ends = endings(to.domain, count)
  return id => ends.map(end => `${to.local}+${id}${end}`)
}

// toUTCString() has the order and the width of an RFC 5322 §3.3 date-time, but not its zone.
const formatDate = (wallMs: number) => new Date(wallMs).toUTCString().replace('GMT', '+0000')

/** @throws UsageError for addresses, headers and counts that no message may carry */
export function createStamp(options: TemplateOptions): Stamp {
  checkIdentity(options)
  const { from = `bench@${DEFAULT_DOMAIN}`, to = `recipient@${DEFAULT_DOMAIN}` } = options
  const { headers = {}, wallMs } = options
  parseAddress('from', from)
  checkHeaders(headers)
  const recipients = recipientsOf(options, parseAddress('to', to))
  const first = formatIdentity({ run: options.run, trial: options.trial, index: 0 })
  // Once more with the id, which may make it too long; the last is as long as any.
  parseAddress('to', recipients(first).at(-1) ?? '')

  return {
    idPrefix: first.slice(0, -INDEX_LENGTH),
    from: { name: 'Bench', address: from },
    headers,
    isKeyed: options.idempotency ?? false,
    // All recipients share their local part.
    smtpUtf8: needsSmtpUtf8(from) || needsSmtpUtf8(to),
    recipients,
    fields: id => [
      [ID_HEADER, id],
      ['From', `Bench <${from}>`],
      // A line a recipient: a thousand of them would not fit the 998 bytes of RFC 5322 §2.1.1.
      ['To', recipients(id).join(',\r\n ')],
      ['Message-ID', formatMessageId(id)],
      ...(wallMs === undefined ? [] : [['Date', formatDate(wallMs)] as const]),
      ...Object.entries(headers),
    ],
  }
}
