import { encodedWords } from './encoded-word.ts'
import { encodeHead } from './head.ts'
import type { Field } from './header.ts'
import { ID_HEADER } from './identity.ts'
import { fill, partsOf } from './merge.ts'
import type { Merge } from './message.ts'
import { createPlate, type Plate } from './plate.ts'
import { quotedPrintable } from './quoted-printable.ts'
import type { Stamp } from './stamp.ts'

/** RFC 2045 §6.7 (5): the line goes on. So each value stands on lines of its own, and is encoded by itself. */
const SOFT_BREAK = '=\r\n'
/** No quoted-printable text holds it: there `=` is followed by hexadecimal digits or a line break (RFC 2046 §5.1.1). */
const BOUNDARY = '=_mailbench'

/** Empty values are the stamp's to fill in. */
const fields: readonly Field[] = [
  [ID_HEADER, ''],
  ['From', ''],
  ['To', ''],
  ['Message-ID', ''],
  ['Date', 'Fri, 16 Jan 2026 09:00:00 +0000'],
  ['MIME-Version', '1.0'],
]

const transferEncoding: Field = ['Content-Transfer-Encoding', 'quoted-printable']
const isLineBegin = (text: string) => text === '' || text.endsWith('\n')

/** A body's fixed octets, and the names of the values between them. */
interface Body {
  readonly between: readonly string[]
  readonly names: readonly string[]
}

function encodedText(text: string): Body {
  const { between, names } = partsOf(text)
  const pieces = between.map((piece, i) => {
    const isLast = i === names.length
    const before = i === 0 ? '' : SOFT_BREAK
    // A message ends in a line break, even if its text does not (RFC 5322 §2.1).
    const after = isLast ? piece !== '' && !isLineBegin(piece) : !isLineBegin(piece)
    return before + quotedPrintable(piece) + (after ? SOFT_BREAK : '')
  })
  return { between: pieces, names }
}

/** One behind the other: the last octets of each and the first of the next are one piece. */
function joined(...bodies: readonly (Body | string)[]): Body {
  const between: string[] = ['']
  const names: string[] = []
  for (const body of bodies) {
    const {
      between: [first = '', ...rest],
      names: more,
    } = typeof body === 'string' ? { between: [body], names: [] } : body
    between[between.length - 1] += first
    between.push(...rest)
    names.push(...more)
  }
  return { between, names }
}

const partHead = (type: string) =>
  `--${BOUNDARY}\r\nContent-Type: ${type}; charset=utf-8\r\n${transferEncoding.join(': ')}\r\n\r\n`

function bodyOf({ text = '', html }: Merge['template']): {
  readonly fields: readonly Field[]
  readonly body: Body
} {
  if (html === undefined) {
    return {
      fields: [['Content-Type', 'text/plain; charset=utf-8'], transferEncoding],
      body: encodedText(text),
    }
  }
  const plain = joined(partHead('text/plain'), encodedText(text), '\r\n')
  const marked = joined(partHead('text/html'), encodedText(html), `\r\n--${BOUNDARY}--\r\n`)
  return {
    fields: [['Content-Type', `multipart/alternative; boundary="${BOUNDARY}"`]],
    body: joined(plain, marked),
  }
}

/** What is one message's own octets, and what follows them in all messages alike. */
export interface Letter {
  readonly own: Buffer
  readonly tail: Buffer
}

/** Prints letters of a text that is encoded once: of each, only subject and values are encoded anew. */
export function createLetterPress(
  template: Merge['template'],
  stamp: Stamp,
): (index: number, data: Merge['data']) => Letter {
  const { fields: more, body } = bodyOf(template)
  const head = encodeHead([...fields, ...more], stamp)
  const headPlate: Plate = createPlate(head)
  const between = body.between.map(piece => Buffer.from(piece, 'latin1'))
  const tail = between.pop() ?? Buffer.alloc(0)
  const fixedBytes = headPlate.sizeBytes + between.reduce((sum, { length }) => sum + length, 0)

  return (index, data) => {
    const subject = `Subject: ${encodedWords(fill(template.subject, data))}\r\n`
    const encoded = new Map(Object.entries(data).map(([name, value]) => [name, quotedPrintable(value)]))
    const values = body.names.map(name => encoded.get(name) ?? '')
    // All of it is ASCII but for addresses, which the head has encoded.
    const own = Buffer.allocUnsafe(
      values.reduce((sum, { length }) => sum + length, subject.length + fixedBytes),
    )
    let at = own.write(subject, 'latin1')
    headPlate.print(index, own, at)
    at += headPlate.ownBytes
    at += headPlate.shared.copy(own, at)
    for (const [i, piece] of between.entries()) {
      at += piece.copy(own, at)
      at += own.write(values[i] ?? '', at, 'latin1')
    }
    return { own, tail }
  }
}
