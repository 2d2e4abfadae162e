import { describe, expect, it } from 'vitest'
import { type FormField, filesOf, formIn, formRequest, textOf, textsOf } from './multipart.ts'
import type { HttpRequest } from './provider.ts'

const fields: FormField[] = [
  ['from', 'Grüße <a@example.net>'],
  ['to', 'b@example.net'],
  ['to', ''],
  ['text', 'One\nTwo\r\n\r\n--three'],
  [
    'file',
    { filename: 'ä b.bin', contentType: 'application/pdf', content: Buffer.from([0, 13, 10, 45, 45, 255]) },
  ],
  ['file', { filename: 'empty', contentType: 'text/plain', content: Buffer.alloc(0) }],
]

const urlencoded = (body: string): HttpRequest => ({
  method: 'POST',
  path: '/',
  headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  body: Buffer.from(body),
})

const latin1 = (text: string) => Buffer.from(text, 'latin1')

describe('a form', () => {
  it('arrives as it was sent, byte for byte', () => {
    expect(formIn(formRequest('/', fields))).toEqual(fields)
  })

  it('is read alike by another reader', async () => {
    const { headers, body } = formRequest('/', fields)
    const form = await new Response(new Uint8Array(body), { headers }).formData()
    const names = [...form].map(([name, value]) => [name, typeof value === 'string' ? value : value.name])
    expect(names).toEqual(
      fields.map(([name, value]) => [name, typeof value === 'string' ? value : value.filename]),
    )
    const [file] = form.getAll('file') as File[]
    expect(Buffer.from((await file?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(
      Buffer.from([0, 13, 10, 45, 45, 255]),
    )
  })

  it('of another writer is read', async () => {
    const form = new FormData()
    form.append('to', 'b@example.net')
    form.append('file', new File(['x'], 'x.txt', { type: 'text/plain' }))
    const response = new Response(form)
    const headers = { 'content-type': response.headers.get('content-type') ?? '' }
    const body = Buffer.from(await response.arrayBuffer())
    const read = formIn({ method: 'POST', path: '/', headers, body })
    expect(textOf(read, 'to')).toBe('b@example.net')
    expect(filesOf(read, 'file')).toEqual([
      { filename: 'x.txt', contentType: 'text/plain', content: Buffer.from('x') },
    ])
  })

  it('is the same for the same fields', () => {
    expect(formRequest('/', fields)).toEqual(formRequest('/', fields))
  })

  it('keeps a field name or a file name from adding parts', () => {
    const name = 'a"\r\n\r\nb'
    const file = { filename: name, contentType: 'text/plain', content: Buffer.from('x') }
    expect(
      formIn(
        formRequest('/', [
          [name, 'x'],
          ['file', file],
        ]),
      ),
    ).toHaveLength(2)
  })

  it('may come without files, as a query does', () => {
    expect(textsOf(formIn(urlencoded('to=a%40b&to=c+d&x')), 'to')).toEqual(['a@b', 'c d'])
  })

  it.each([
    ['no body', Buffer.alloc(0)],
    ['no form', Buffer.from('{"to":"a"}')],
    ['a form that ends early', formRequest('/', fields).body.subarray(0, 200)],
    [
      'bytes that are no UTF-8',
      latin1(
        formRequest('/', [['text', 'One']])
          .body.toString()
          .replace('One', '\xff'),
      ),
    ],
  ])('is empty of %s', (_what, body) => {
    expect(formIn({ ...formRequest('/', []), body })).toEqual([])
  })

  it('is empty where its type names no boundary', () => {
    const request = formRequest('/', fields)
    for (const type of [
      '',
      'text/plain',
      'multipart/form-data',
      `multipart/form-data; boundary=${'x'.repeat(99)}`,
    ])
      expect(formIn({ ...request, headers: { 'content-type': type } })).toEqual([])
  })
})
