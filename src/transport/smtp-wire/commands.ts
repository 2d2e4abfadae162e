import type { Message } from '../../message/message.ts'
import type { Cause } from '../../sample.ts'
import type { Capabilities } from './capabilities.ts'

/** Delivery status notifications (RFC 3461) to ask for. */
export interface Dsn {
  /** @default what the server does without being asked: failures, perhaps delays */
  readonly notify?: 'never' | readonly ('success' | 'failure' | 'delay')[]
  /** What of the message comes back with a notification. @default left to the server */
  readonly returns?: 'full' | 'headers'
}

// Whatever was checked before: a line break in an address would be a command of somebody else's.
const unsafe = /[\0\r\n<>]/

/** @throws Error, for that is a bug of ours */
export function checkEnvelope({ envelope: { from, to } }: Message): void {
  if (unsafe.test(from) || to.some(address => unsafe.test(address)))
    throw new Error('an address of the envelope holds what would end its command')
}

/** The envelope's commands, as far as the server has extensions for them. */
export class Commands {
  readonly #capabilities: Capabilities
  readonly #dsn: Dsn | undefined
  readonly #recipientEnd: string

  constructor(capabilities: Capabilities, dsn: Dsn | undefined) {
    const { notify } = dsn ?? {}
    this.#capabilities = capabilities
    this.#dsn = capabilities.dsn ? dsn : undefined
    const asked = notify === 'never' ? 'NEVER' : notify?.join(',').toUpperCase()
    this.#recipientEnd = this.#dsn && asked ? `> NOTIFY=${asked}\r\n` : '>\r\n'
  }

  mail(message: Message): string {
    const { size, eightBitMime } = this.#capabilities
    let line = `MAIL FROM:<${message.envelope.from}>`
    // RFC 1870 §5: without dots that were added, and without the terminator.
    if (size) line += ` SIZE=${message.plate('raw').sizeBytes}`
    // RFC 6531 §3.1: what is outside ASCII is addresses, in the header too.
    if (message.smtpUtf8) line += eightBitMime ? ' BODY=8BITMIME SMTPUTF8' : ' SMTPUTF8'
    if (this.#dsn) {
      const { returns } = this.#dsn
      if (returns !== undefined) line += ` RET=${returns === 'full' ? 'FULL' : 'HDRS'}`
      // Hexadecimal digits and hyphens need no xtext encoding (RFC 3461 §4).
      line += ` ENVID=${message.id}`
    }
    return `${line}\r\n`
  }

  /** That of the recipient at `place`. */
  recipient({ envelope: { to } }: Message, place: number): string {
    return `RCPT TO:<${to[place]}${this.#recipientEnd}`
  }

  recipients(message: Message): string {
    let lines = ''
    for (let place = 0; place < message.envelope.to.length; place++) lines += this.recipient(message, place)
    return lines
  }

  /** RFC 3030 §2: counted as it is, since nothing is stuffed. */
  chunk(message: Message): string {
    return `BDAT ${message.plate('raw').sizeBytes} LAST\r\n`
  }

  /** What speaks against sending it to this server: it will not be sent. */
  objection(message: Message): { text: string; cause: Cause } | undefined {
    const { smtpUtf8, sizeLimitBytes } = this.#capabilities
    if (message.smtpUtf8 && !smtpUtf8)
      return { text: 'an address needs SMTPUTF8, which the server does not offer', cause: 'protocol' }
    const { sizeBytes } = message.plate('raw')
    if (sizeLimitBytes !== undefined && sizeBytes > sizeLimitBytes)
      return {
        text: `the message has ${sizeBytes} bytes, of which the server takes ${sizeLimitBytes} at most`,
        cause: 'content',
      }
    return undefined
  }
}
