import { z } from 'zod'
import type { Attachment } from '../message/message.ts'

/** Pieces that the bodies of many APIs share: their schemas, and what fills them. */
export const optionalText = z.string().optional()
export const optionalFields = z.record(z.string(), z.string()).optional()

/** What a template merges: any JSON, though a text, a number or a truth value is what is mostly given. */
export const mergeValues = z.record(z.string(), z.unknown()).optional()

/** Such values as the texts that they become; a list or an object is not written into a text. */
export function mergeData(
  values: Readonly<Record<string, unknown>> | null | undefined,
): Record<string, string> {
  const scalars = Object.entries(values ?? {}).filter(([, value]) => typeof value !== 'object')
  return Object.fromEntries(scalars.map(([name, value]) => [name, String(value)]))
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** The object without what is undefined in it, as JSON leaves it out. */
export function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>
}

/** Most APIs want a list left out rather than empty. */
export function unlessEmpty<T>(list: readonly T[]): T[] | undefined {
  return list.length === 0 ? undefined : [...list]
}

export const base64 = (bytes: Buffer) => bytes.toString('base64')
export const bytesOf = (text: string) => Buffer.from(text, 'base64')

/** Attachments, and apart from them the parts that the HTML refers to: many APIs have a list of each. */
export function partFiles(all: readonly Attachment[]) {
  return {
    files: all.filter(({ cid }) => cid === undefined),
    inline: all.flatMap(({ cid, ...file }) => (cid === undefined ? [] : [{ ...file, cid }])),
  }
}
