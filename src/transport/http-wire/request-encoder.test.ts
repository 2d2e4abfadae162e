import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { loadTemplate, type MessageSource, messageNames } from '../../message/corpus.ts'
import type { Message, Template } from '../../message/message.ts'
import { generic } from '../../provider/generic.ts'
import type { Provider } from '../../provider/provider.ts'
import { ses } from '../../provider/ses.ts'
import { createRandom } from '../../random.ts'
import { createRequestEncoder, type EncoderOptions } from './request-encoder.ts'
import { patchedCopy, type RequestForm } from './request-form.ts'

const templateOf = (source: MessageSource, recipients = 1) =>
  loadTemplate(source, { run: '0badcafe', trial: 1, recipients })

function encoderOf(options: Partial<EncoderOptions> = {}) {
  return createRequestEncoder({ provider: generic, host: 'api.example.net', fields: [], ...options })
}

const octetsOf = (form: RequestForm, { index }: Message): Buffer =>
  form.indexOffsets.length === 0 ? form.bytes : patchedCopy(form, index)

/** A dialect that changes what the generic one makes. */
const dialect = (change: (body: string, message: Message) => string): Provider => ({
  ...generic,
  request(message, key, path) {
    const request = generic.request(message, key, path)
    return { ...request, body: Buffer.from(change(request.body.toString(), message)) }
  },
})

const base64 = dialect(body => Buffer.from(body).toString('base64'))
const signed = dialect(body => body + createHash('sha256').update(body).digest('hex'))
const counting = dialect((body, { index }) => `${body}${index}`)
const selective = dialect((body, { index }) => (index === 0xfedcba98 ? body.toUpperCase() : body))

/** Indexes as messages have them, and some that only a template could have. */
function indexes(): number[] {
  const random = createRandom('indexes')
  return [0, 1, 15, 16, 1_000_000, 0xffffffff, ...Array.from({ length: 20 }, () => random.integer(2 ** 32))]
}

function expectWhole(template: Template, provider: Provider): RequestForm {
  const encode = encoderOf({ provider, key: 'k3y' })
  let form: RequestForm | undefined
  for (const index of indexes()) {
    const message = template.message(index)
    form = encode(message)
    const { headers, body } = provider.request(message, 'k3y')
    const octets = octetsOf(form, message)
    expect(octets.subarray(form.headBytes).equals(body)).toBe(true)
    expect(octets.toString('latin1', 0, form.headBytes)).toBe(
      [
        'POST /send HTTP/1.1',
        'host: api.example.net',
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        `content-length: ${body.length}`,
        '\r\n',
      ].join('\r\n'),
    )
  }
  if (!form) throw new Error('nothing was encoded')
  return form
}

describe('the encoder of requests', () => {
  it.each([
    ...messageNames.map(name => [name, name, 1] as const),
    ['1kb', { sizeBytes: 1024 }, 1] as const,
    ['receipt to 20', 'receipt', 20] as const,
  ])('encodes %s once, and every message of it as its dialect would', async (_what, source, recipients) => {
    const template = await templateOf(source, recipients)
    const { indexOffsets } = expectWhole(template, generic)
    // Message-ID, X-Mailbench-Id, and each recipient's address.
    expect(indexOffsets).toHaveLength(2 + recipients)
  })

  it('asks the dialect a few times a template, however many messages there are', async () => {
    let asked = 0
    const counted: Provider = {
      ...generic,
      request(...args) {
        asked += 1
        return generic.request(...args)
      },
    }
    const encode = encoderOf({ provider: counted })
    const templates = [await templateOf('password-reset'), await templateOf('receipt')]
    for (let index = 0; index < 100; index++)
      for (const template of templates) encode(template.message(index))
    expect(asked).toBeLessThan(20)
  })

  it.each([
    ['puts it in base64', base64],
    ['signs it', signed],
    ['writes the index as a number', counting],
    ['treats some indexes otherwise', selective],
  ])('encodes each message by itself where the dialect %s', async (_how, provider) => {
    const template = await templateOf('password-reset')
    expect(expectWhole(template, provider).indexOffsets).toEqual([])
  })

  it('encodes a message of no template by itself', async () => {
    const template = await templateOf('password-reset')
    const printed = template.message(7)
    const { index, id, messageId, smtpUtf8, envelope, content } = printed
    const message: Message = {
      ...{ index, id, messageId, smtpUtf8, envelope, content },
      raw: () => printed.raw(),
      plate: form => printed.plate(form),
    }
    const { bytes, headBytes, indexOffsets } = encoderOf()(message)
    expect(indexOffsets).toEqual([])
    expect(bytes.subarray(headBytes).equals(generic.request(message, undefined).body)).toBe(true)
  })

  it('puts in the fields and the path that it is given', async () => {
    const template = await templateOf('password-reset')
    const encode = encoderOf({ path: '/v2/send?x=1', fields: ['connection: close'] })
    const { bytes } = encode(template.message(0))
    expect(bytes.toString('latin1')).toMatch(
      /^POST \/v2\/send\?x=1 HTTP\/1\.1\r\nhost: api\.example\.net\r\nconnection: close\r\n/,
    )
  })

  it('sends the host that a dialect has signed, and no other', async () => {
    const template = await templateOf('password-reset')
    const { bytes, headBytes, indexOffsets } = encoderOf({ provider: ses, key: 'id:secret' })(
      template.message(0),
    )
    const hosts = bytes.toString('latin1', 0, headBytes).match(/^host: .*$/gm)
    expect(hosts).toEqual(['host: email.us-east-1.amazonaws.com'])
    expect(indexOffsets).toEqual([])
  })

  it.each(['k\r\nx-evil: 1', 'k\n', 'k\0', 'k\u20ac'])('refuses a key that no field may carry: %j', key => {
    expect(() => encoderOf({ key })).toThrow('api-key')
  })

  it('writes no line that a dialect has broken', async () => {
    const template = await templateOf('password-reset')
    const broken: Provider = {
      ...generic,
      request: (...args) => ({ ...generic.request(...args), headers: { 'x-a': 'b\r\nx-c: d' } }),
    }
    const encode = encoderOf({ provider: broken })
    expect(() => encode(template.message(0))).toThrow('cannot be sent')
  })
})
