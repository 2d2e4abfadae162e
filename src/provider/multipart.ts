import { parseMultipart } from '@remix-run/multipart-parser'
import FormData from 'form-data'
import type { HttpRequest } from './provider.ts'

/** Forms with files in them (RFC 7578), of which form-data writes one and @remix-run/multipart-parser reads it. */
export interface FormFile {
  readonly filename: string
  readonly contentType: string
  readonly content: Buffer
}

/** A name may come several times, in an order that counts. */
export type FormField = readonly [name: string, value: string | FormFile]

/** Always the same, so that alike forms are alike in every byte; long, so that no message holds it. */
const BOUNDARY = '----mailbench-boundary-6f1c2e9ab84d4730b5e8d1f2c3a49076'
/** A form of more parts is none that we or a provider's client send. */
const PARTS_MAX = 10_000

/** A POST of a form. */
export function formRequest(
  path: string,
  fields: readonly FormField[],
  headers: HttpRequest['headers'] = {},
): HttpRequest {
  const form = new FormData()
  form.setBoundary(BOUNDARY)
  for (const [name, value] of fields) {
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, value.content, { filename: value.filename, contentType: value.contentType })
  }
  const type = `multipart/form-data; boundary=${BOUNDARY}`
  return { method: 'POST', path, headers: { 'content-type': type, ...headers }, body: form.getBuffer() }
}

function partsOf(body: Buffer, boundary: string): FormField[] {
  const limits = { maxFileSize: body.length, maxTotalSize: body.length, maxParts: PARTS_MAX }
  return [...parseMultipart(body, { boundary, ...limits })].map(part => {
    const { name = '', filename, mediaType = 'application/octet-stream' } = part
    if (filename === undefined) return [name, part.text]
    const { bytes } = part
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return [name, { filename, contentType: mediaType, content }]
  })
}

/** What was posted: a form with files or one without; empty when it can be read as neither. */
export function formIn({ headers, body }: HttpRequest): readonly FormField[] {
  const type = headers['content-type'] ?? ''
  if (/^application\/x-www-form-urlencoded\b/i.test(type))
    return [...new URLSearchParams(body.toString('utf8'))]
  const boundary = /^multipart\/form-data\b.*;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type)
  try {
    return boundary ? partsOf(body, boundary[1] ?? boundary[2] ?? '') : []
  } catch {
    return []
  }
}

/** The texts of all fields of a name. */
export const textsOf = (fields: readonly FormField[], name: string): string[] =>
  fields.flatMap(([each, value]) => (each === name && typeof value === 'string' ? [value] : []))

export const textOf = (fields: readonly FormField[], name: string): string | undefined =>
  textsOf(fields, name)[0]

export const filesOf = (fields: readonly FormField[], name: string): FormFile[] =>
  fields.flatMap(([each, value]) => (each === name && typeof value !== 'string' ? [value] : []))
