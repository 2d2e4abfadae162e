import type { Plate } from './plate.ts'

/** Who sends to whom on the wire (RFC 5321 §2.3.1), apart from what the headers say. */
export interface Envelope {
  readonly from: string
  readonly to: readonly string[]
}

export interface Mailbox {
  readonly name?: string
  readonly address: string
}

export interface Attachment {
  readonly filename: string
  readonly contentType: string
  readonly content: Buffer
  /** Set for an inline part that the HTML refers to as `cid:…` (RFC 2392). */
  readonly cid?: string
}

/** The structured form: what an application hands to a mail library or to an API. */
export interface Content {
  readonly from: Mailbox
  readonly to: readonly Mailbox[]
  readonly subject: string
  readonly text?: string
  readonly html?: string
  /** Further header fields, X-Mailbench-Id among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly attachments: readonly Attachment[]
}

/**
 * What a personalised message was made of. A call that carries the text once and each recipient's data needs
 * the parts; everything else sends the whole.
 */
export interface Merge {
  /** What is personalised; `{{name}}` stands where the value of `data.name` goes. */
  readonly template: Pick<Content, 'subject' | 'text' | 'html'>
  readonly data: Readonly<Record<string, string>>
}

/** `raw` as it is; `stuffed` as it follows DATA, its terminator included (RFC 5321 §4.5.2). */
export type MessageForm = 'raw' | 'stuffed'

/** One submission's message, in both forms. No two are alike: id, Message-ID and recipients differ. */
export interface Message {
  readonly index: number
  /** What it was made by, if by a template: what all of its messages share may be encoded once. */
  readonly template?: Template
  /** See identity.ts; also the value of X-Mailbench-Id. */
  readonly id: string
  /** Names the submission to an API that then knows a repetition; left out, it is sent without. */
  readonly idempotencyKey?: string | undefined
  /** With angle brackets (RFC 5322 §3.6.4). */
  readonly messageId: string
  /** An address is outside ASCII: goes only to a server that offers SMTPUTF8 (RFC 6531 §3.1). */
  readonly smtpUtf8: boolean
  readonly envelope: Envelope
  readonly content: Content
  /** Set when the content was personalised. */
  readonly merge?: Merge
  /**
   * The RFC 5322 form with CRLF line ends, not dot-stuffed; encoded once a template, then patched. All of it
   * is ASCII, except addresses that need SMTPUTF8, which stand in UTF-8 (RFC 6532).
   */
  raw(): Buffer
  /** For a client that writes the RFC 5322 form itself: what the message, by its index, is printed of. */
  plate(form: MessageForm): Plate
}

/** Makes the messages of one trial. */
export interface Template {
  /** `password-reset`, `1kb`, … */
  readonly name: string
  /** Length of the RFC 5322 form. */
  readonly sizeBytes: number
  message(index: number): Message
}
