import type { Merge, Message } from '../message/message.ts'

/** A header section that all messages of a call share, and what each puts into it. */
export interface SharedHeaders {
  /** Fields that differ hold a token, `{{header_…}}`. */
  readonly headers: Record<string, string>
  /** What a message merges: its own data, and its values of the fields that differ. */
  dataOf(message: Message): Merge['data']
}

const nameOf = (field: string) => `header_${field.replace(/\W/g, '_')}`

/** Fields that are the same in all messages, and those that are not. */
export function compareHeaders(messages: readonly Message[]): {
  readonly common: Record<string, string>
  readonly differing: readonly string[]
} {
  const [first, ...others] = messages
  const fields = Object.entries(first?.content.headers ?? {})
  const isCommon = ([field, value]: readonly [string, string]) =>
    others.every(({ content }) => content.headers[field] === value)
  return {
    common: Object.fromEntries(fields.filter(isCommon)),
    differing: fields.filter(each => !isCommon(each)).map(([field]) => field),
  }
}

/** For calls that know one header section only, but merge data into it: identities differ. */
export function shareHeaders(messages: readonly Message[]): SharedHeaders {
  const { common, differing } = compareHeaders(messages)
  return {
    headers: { ...common, ...Object.fromEntries(differing.map(field => [field, `{{${nameOf(field)}}}`])) },
    dataOf: ({ merge, content }) => ({
      ...merge?.data,
      ...Object.fromEntries(differing.map(field => [nameOf(field), content.headers[field] ?? ''])),
    }),
  }
}
