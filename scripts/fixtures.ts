import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import MailComposer from 'nodemailer/lib/mail-composer'
import { invoicePdf } from '../fixtures/messages/src/invoice-pdf.ts'
import { mastheadPng } from '../fixtures/messages/src/masthead-png.ts'
import { newsletterHtml, newsletterText } from '../fixtures/messages/src/newsletter.ts'
import { subject as newsletterSubject } from '../fixtures/messages/src/newsletter-copy.ts'
import { defaultRecipient, type MessageName } from '../src/message/corpus.ts'
import { DEFAULT_DOMAIN, formatIdentity, formatMessageId, ID_HEADER } from '../src/message/identity.ts'

/**
 * Composes fixtures/messages from its sources: `node scripts/fixtures.ts`. The MIME is nodemailer's, since
 * that is what applications send; boundaries, date and ids are fixed, so that the output never varies.
 */
const home = new URL('../fixtures/messages/', import.meta.url)

interface Recipe {
  readonly name: MessageName
  readonly subject: string
  readonly text: string
  readonly html?: string
  readonly attachments?: readonly {
    readonly filename: string
    readonly contentType: string
    readonly cid?: string
    readonly content: Buffer
  }[]
  /** Sends the text as it is, where nodemailer would encode it. */
  readonly sevenBit?: true
}

const source = (file: string) => readFileSync(new URL(`src/${file}`, home), 'utf8')
const mastheadCid = `masthead@${DEFAULT_DOMAIN}`

const recipes: readonly Recipe[] = [
  {
    name: 'password-reset',
    subject: 'Choose a new password for Harbour',
    text: source('password-reset.txt'),
    html: source('password-reset.html'),
  },
  {
    name: 'receipt',
    subject: 'Your receipt from Kettle & Crema, order #48213-RB',
    text: source('receipt.txt'),
    html: source('receipt.html'),
  },
  {
    name: 'invoice',
    subject: 'Invoice 2026-0117 for your Harbour Team plan',
    text: source('invoice.txt'),
    html: source('invoice.html'),
    attachments: [
      { filename: 'invoice.pdf', contentType: 'application/pdf', content: invoicePdf(1024 * 1024) },
    ],
  },
  {
    name: 'newsletter',
    subject: newsletterSubject,
    text: newsletterText(),
    html: newsletterHtml(mastheadCid, 100 * 1024),
    attachments: [
      { filename: 'masthead.png', contentType: 'image/png', cid: mastheadCid, content: mastheadPng() },
    ],
  },
  {
    name: 'international',
    subject: 'Η παραγγελία σου 📦 您的订单 A-1042 · ההזמנה שלך · طلبك في الطريق',
    text: source('international.txt'),
    html: source('international.html'),
  },
  { name: 'plain', subject: 'Dots, spaces and one long line', text: source('plain.txt'), sevenBit: true },
]

/** The header as nodemailer made it, and the body without its quoted-printable. */
function unencoded(eml: Buffer, text: string): Buffer {
  const head = eml.toString('latin1', 0, eml.indexOf('\r\n\r\n')).replace(': quoted-printable', ': 7bit')
  return Buffer.from(`${head}\r\n\r\n${text.replaceAll('\n', '\r\n')}`, 'latin1')
}

async function compose(recipe: Recipe): Promise<[file: string, bytes: Buffer][]> {
  const { name, subject, text, html, attachments = [], sevenBit } = recipe
  // The identity of the first message of trial 0 of run 0: src/message puts the real one in its place.
  const id = formatIdentity({ run: '00000000', trial: 0, index: 0 })
  const to = defaultRecipient(name).replace('@', `+${id}@`)
  const content = {
    from: { name: 'Bench', address: `bench@${DEFAULT_DOMAIN}` },
    to: [{ address: to }],
    subject,
    text,
    ...(html !== undefined && { html }),
    headers: { [ID_HEADER]: id },
  }
  const composer = new MailComposer({
    ...content,
    attachments: attachments.map(each => ({ ...each })),
    messageId: formatMessageId(id),
    date: new Date('2026-01-16T09:00:00Z'),
    baseBoundary: name,
    // nodemailer would write X-Mailbench-ID. Names are case-insensitive (RFC 5322 §1.2.2), diffs are not.
    normalizeHeaderKey: key => (key.toLowerCase() === ID_HEADER.toLowerCase() ? ID_HEADER : key),
    newline: 'win',
  })
  const composed = await composer.compile().build()
  const files = attachments.map(({ content: _content, ...rest }) => ({ ...rest, file: rest.filename }))
  const twin = { ...content, attachments: files }
  return [
    [`${name}.eml`, sevenBit ? unencoded(composed, text) : composed],
    [`${name}.json`, Buffer.from(`${JSON.stringify(twin, null, 2)}\n`)],
    ...attachments.map(({ filename, content: bytes }): [string, Buffer] => [filename, bytes]),
  ]
}

/** Every file of fixtures/messages by name, except the sources. */
export async function messageFixtures(): Promise<Map<string, Buffer>> {
  return new Map((await Promise.all(recipes.map(compose))).flat())
}

if (import.meta.main) {
  mkdirSync(home, { recursive: true })
  for (const [file, bytes] of await messageFixtures()) {
    writeFileSync(new URL(file, home), bytes)
    console.log(`${file}  ${bytes.length} bytes`)
  }
}
