import { z } from 'zod'
import { MAX_LINE_BYTES } from './header.ts'
import { fill, namesIn } from './merge.ts'
import type { Merge } from './message.ts'

/** Filled in for every recipient: who is told apart by nothing else is by this. Counts from 1 within a trial. */
export const NUMBER = 'number'

const ROWS_MAX = 100_000
const VALUE_BYTES_MAX = 1000

/** C0 and DEL: CR and LF would begin another header field, NUL ends what some servers read. */
const control = /[\x00-\x1f\x7f]/

function flawOf(value: string): string | undefined {
  if (control.test(value))
    return 'holds a line break, NUL or another control character, which could begin a header field: take it out'
  if (!value.isWellFormed()) return 'holds half a character (a lone surrogate): take it out'
  if (value.includes('{{')) return 'holds {{, which some providers would fill in once more: take it out'
  return Buffer.byteLength(value) > VALUE_BYTES_MAX
    ? `is too long: at most ${VALUE_BYTES_MAX} bytes`
    : undefined
}

/** `continue`: the type is right, so that what is wrong beside it is found as well. */
const checked = (flawIn: (value: string) => string | undefined) =>
  z.string({ error: 'must be text' }).check(context => {
    const message = flawIn(context.value)
    if (message !== undefined)
      context.issues.push({ code: 'custom', input: context.value, message, continue: true })
  })

const value = z.union([checked(flawOf), z.number().transform(String)], { error: 'must be text or a number' })

const subjectFlaw = (text: string) =>
  control.test(text)
    ? 'holds a line break, NUL or another control character: write it on one line'
    : undefined
/** Line ends are LF, as YAML makes them: each protocol has its own on the wire. */
const textFlaw = (text: string) =>
  /[\x00-\x08\x0b-\x1f\x7f]/.test(text)
    ? 'holds a CR, NUL or another control character: take it out, and end lines in LF'
    : undefined

/** What a plan says of a mail merge: a text, and what of it is each recipient's own. */
const shape = z.strictObject({
  subject: checked(subjectFlaw).describe('subject; {{name}} stands where a value of that name goes'),
  text: checked(textFlaw).describe('plain text'),
  html: checked(textFlaw).optional().describe('HTML; values are put in as they are'),
  data: z
    .array(z.record(z.string().regex(/^[A-Za-z]\w*$/, 'must be a name: letters, digits and _'), value))
    .min(1, 'must not be empty')
    .max(ROWS_MAX, `must have at most ${ROWS_MAX} rows`)
    .describe(
      `a row of values for each recipient, taken again from the first when they run out; {{${NUMBER}}} counts recipients`,
    ),
})
export type MergeSpec = z.output<typeof shape>

interface Flaw {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** What can only be told of text and data together. */
function flawsOf({ data, ...template }: MergeSpec): Flaw[] {
  const used = Object.entries(template).flatMap(([part, text]) =>
    namesIn(text ?? '').map(name => ({ part, name })),
  )
  return data.flatMap((row, i) => {
    const path = ['data', i]
    if (Object.hasOwn(row, NUMBER))
      return [{ path, message: `${NUMBER} is counted by mailbench: call it otherwise` }]
    const missing = used.find(({ name }) => name !== NUMBER && !Object.hasOwn(row, name))
    if (missing)
      return [{ path, message: `has no "${missing.name}", which the ${missing.part} asks for: add it` }]
    const subject = fill(template.subject, row)
    return Buffer.byteLength(subject) > MAX_LINE_BYTES / 2
      ? [
          {
            path,
            message: `makes a subject of more than ${Math.floor(MAX_LINE_BYTES / 2)} bytes: shorten it`,
          },
        ]
      : []
  })
}

export const mergeSpec = shape.check(context => {
  const [flaw] = flawsOf(context.value)
  if (flaw)
    context.issues.push({ code: 'custom', input: context.value, message: flaw.message, path: [...flaw.path] })
})

/** What message `index` is made of: the same whoever sends it. */
export function createMerge({ data, subject, text, html }: MergeSpec): (index: number) => Merge {
  const template = { subject, text, ...(html !== undefined && { html }) }
  return index => ({ template, data: { ...data[index % data.length], [NUMBER]: String(index + 1) } })
}
