import { UsageError } from '../errors.ts'
import { fillerText } from './filler.ts'
import { encodeHead } from './head.ts'
import type { Field } from './header.ts'
import { ID_HEADER } from './identity.ts'
import type { Stamp } from './stamp.ts'
import type { Form } from './template.ts'

const MAX_SIZE_BYTES = 64 * 1024 * 1024
const subject = 'A message of a given size'

/** Empty values are the stamp's to fill in. */
const fields: readonly Field[] = [
  [ID_HEADER, ''],
  ['From', ''],
  ['To', ''],
  ['Subject', subject],
  ['Message-ID', ''],
  ['Date', 'Fri, 16 Jan 2026 09:00:00 +0000'],
  ['MIME-Version', '1.0'],
  ['Content-Type', 'text/plain; charset=utf-8'],
  ['Content-Transfer-Encoding', '7bit'],
]

/** `1kb`, as the user would write it. */
function nameOf(sizeBytes: number): string {
  if (sizeBytes % (1024 * 1024) === 0) return `${sizeBytes / (1024 * 1024)}mb`
  return sizeBytes % 1024 === 0 ? `${sizeBytes / 1024}kb` : `${sizeBytes}b`
}

/**
 * A plain text of which the RFC 5322 form has exactly `sizeBytes`, or as few as its header allows.
 * @throws UsageError
 */
export function syntheticForm(sizeBytes: number, stamp: Stamp): Form {
  if (!(Number.isInteger(sizeBytes) && sizeBytes > 0 && sizeBytes <= MAX_SIZE_BYTES))
    throw new UsageError(`size: ${sizeBytes} bytes is out of range: use 1b to ${nameOf(MAX_SIZE_BYTES)}`)
  const head = encodeHead(fields, stamp)
  const text = fillerText(sizeBytes - head.bytes.length)
  return {
    name: nameOf(sizeBytes),
    content: { subject, text, attachments: [] },
    head,
    body: Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'),
  }
}
