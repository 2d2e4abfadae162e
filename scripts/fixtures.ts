import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import MailComposer from 'nodemailer/lib/mail-composer'
import { invoicePdf } from '../fixtures/messages/src/invoice-pdf.ts'
import { DEFAULT_DOMAIN, formatIdentity, formatMessageId, ID_HEADER } from '../src/message/identity.ts'

/**
 * Composes fixtures/messages from its sources: `node scripts/fixtures.ts`. The MIME is nodemailer's, since
 * that is what applications send; boundaries, date and ids are fixed, so that the output never varies.
 */
const home = new URL('../fixtures/messages/', import.meta.url)

interface Recipe {
  readonly name: string
  readonly subject: string
  readonly attachments: readonly { filename: string; contentType: string; content: Buffer }[]
}

const recipes: readonly Recipe[] = [
  { name: 'password-reset', subject: 'Choose a new password for Harbour', attachments: [] },
  { name: 'receipt', subject: 'Your receipt from Kettle & Crema, order #48213-RB', attachments: [] },
  {
    name: 'invoice',
    subject: 'Invoice 2026-0117 for your Harbour Team plan',
    attachments: [
      { filename: 'invoice.pdf', contentType: 'application/pdf', content: invoicePdf(1024 * 1024) },
    ],
  },
]

const source = (file: string) => readFileSync(new URL(`src/${file}`, home), 'utf8')

async function compose({ name, subject, attachments }: Recipe): Promise<[file: string, bytes: Buffer][]> {
  // The identity of the first message of trial 0 of run 0: src/message puts the real one in its place.
  const id = formatIdentity({ run: '00000000', trial: 0, index: 0 })
  const content = {
    from: { name: 'Bench', address: `bench@${DEFAULT_DOMAIN}` },
    to: [{ address: `recipient+${id}@${DEFAULT_DOMAIN}` }],
    subject,
    text: source(`${name}.txt`),
    html: source(`${name}.html`),
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
  const files = attachments.map(({ filename, contentType }) => ({ filename, contentType, file: filename }))
  const twin = { ...content, attachments: files }
  return [
    [`${name}.eml`, await composer.compile().build()],
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
