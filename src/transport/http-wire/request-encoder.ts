import { UsageError } from '../../errors.ts'
import type { Message } from '../../message/message.ts'
import type { HttpRequest } from '../../provider/provider.ts'
import type { CallSender, Freight } from '../transport.ts'
import { learnForm, type RequestForm, type Template } from './request-form.ts'

export interface EncoderOptions<Load = Message> {
  readonly provider: CallSender<Load>
  readonly path?: string | undefined
  readonly key?: string | undefined
  /** The value of Host (RFC 9110 §7.2). */
  readonly host: string
  /** Fields besides the dialect's own, each `name: value`. */
  readonly fields: readonly string[]
}

/** Makes requests of messages, or of whatever a call carries. */
export type RequestEncoder<Load = Message> = (load: Load) => RequestForm

/** Octets that no field may carry (RFC 9110 §5.5): a line break among them would begin another field. */
// Header fields are Latin-1: what lies beyond it cannot be written at all.
const unfit = /[^\t\x20-\x7e\x80-\xff]/

/** @throws UsageError for a key that no header field may carry */
function checkKey(key: string | undefined): void {
  if (key !== undefined && unfit.test(key))
    throw new UsageError('api-key: it holds a character that no header field may carry: give it without')
}

function encode(
  { method, path, headers, body }: HttpRequest,
  host: string,
  fields: readonly string[],
): RequestForm {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    // A dialect that signs the host sends the one that it signed.
    `host: ${headers['host'] ?? host}`,
    ...fields,
    ...Object.entries(headers).flatMap(([name, value]) => (name === 'host' ? [] : [`${name}: ${value}`])),
    `content-length: ${body.length}`,
  ]
  const unfitting = lines.find(line => unfit.test(line))
  if (unfitting !== undefined)
    throw new Error(`A line of a request cannot be sent: ${JSON.stringify(unfitting)}`)
  const head = `${lines.join('\r\n')}\r\n\r\n`
  const bytes = Buffer.allocUnsafe(head.length + body.length)
  bytes.write(head, 'latin1')
  body.copy(bytes, head.length)
  return { bytes, headBytes: head.length, indexOffsets: [] }
}

/**
 * Encodes the first message of a template a few times over, and then, where its messages differ in their index
 * alone, none of the others; elsewhere each message.
 */
export function createRequestEncoder<Load extends Freight<Load>>(
  options: EncoderOptions<Load>,
): RequestEncoder<Load> {
  const { provider, path, key, host, fields } = options
  checkKey(key)
  const encodeWhole = (load: Load) => encode(provider.request(load, key, path), host, fields)
  const forms = new WeakMap<Template<Load>, RequestForm | 'none'>()
  let lastTemplate: Template<Load> | undefined
  let lastForm: RequestForm | 'none' = 'none'

  function formOf(template: Template<Load>): RequestForm | 'none' {
    const known = forms.get(template)
    if (known) return known
    const form = learnForm(template, encodeWhole) ?? 'none'
    forms.set(template, form)
    return form
  }

  return load => {
    const { template } = load
    if (!template) return encodeWhole(load)
    if (template !== lastTemplate) {
      lastForm = formOf(template)
      lastTemplate = template
    }
    return lastForm === 'none' ? encodeWhole(load) : lastForm
  }
}
