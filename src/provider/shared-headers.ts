import type { Merge, Message } from '../message/message.ts'

/** A header section that all messages of a call share, and what each puts into it. */
export interface SharedHeaders {
  /** Fields that differ hold a token, `{{header_…}}`. */
  readonly headers: Record<string, string>
  /** What a message merges: its own data, and its values of the fields that differ. */
  dataOf(message: Message): Merge['data']
}

const nameOf = (field: string) => `header_${field.replace(/\W/g, '_')}`

/** For calls that know one header section only, but merge data into it: identities differ. */
export function shareHeaders(messages: readonly Message[]): SharedHeaders {
  const [first, ...others] = messages
  const fields = Object.entries(first?.content.headers ?? {})
  const differing = fields.flatMap(([field, value]) =>
    others.some(({ content }) => content.headers[field] !== value) ? [field] : [],
  )
  return {
    headers: Object.fromEntries(
      fields.map(([field, value]) => [field, differing.includes(field) ? `{{${nameOf(field)}}}` : value]),
    ),
    dataOf: ({ merge, content }) => ({
      ...merge?.data,
      ...Object.fromEntries(differing.map(field => [nameOf(field), content.headers[field] ?? ''])),
    }),
  }
}
