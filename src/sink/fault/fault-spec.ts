import { z } from 'zod'
import { objectionToOccurrence, occurrenceFields } from '../../occurrence.ts'
import { positiveDurationText, textFor, wholeNumber } from '../../text-schema.ts'
import { parseSizeBytes } from '../../units.ts'
import { endings, type FaultKind, faultKindNames, faultKinds, type Step, stepNames, steps } from './fault.ts'

/** Of a script; more than anybody writes by hand. */
const MAX_FAULTS = 100

const repliedSteps = stepNames.filter(step => steps[step].isReplied)
const byteKinds = faultKindNames.filter(kind => faultKinds[kind].where === 'anywhere')

const stepWord = z.enum([...stepNames, 'any'])
const byteCount = z.union(
  [
    wholeNumber(1),
    textFor(text => {
      const bytes = parseSizeBytes(text)
      if (bytes < 1) throw new Error('must be at least 1 byte')
      return bytes
    }),
  ],
  { error: 'must be a number of bytes of at least 1, or a size such as 10kb' },
)

/** Places that count bytes: once a connection, or again and again. */
export const byteFields = ['bytes_in', 'bytes_out', 'each_bytes_in', 'each_bytes_out'] as const

const place = z.union(
  [
    stepWord,
    z.array(stepWord).min(1, 'must not be empty'),
    z.strictObject({ bytes_in: byteCount }),
    z.strictObject({ bytes_out: byteCount }),
    z.strictObject({ each_bytes_in: byteCount }),
    z.strictObject({ each_bytes_out: byteCount }),
  ],
  {
    error: `must be ${[...stepNames, 'any'].join(', ')}, a list of these, or a mapping with ${byteFields.join(', ')}`,
  },
)

const fields = z.strictObject({
  at: place.describe('where: a step, several, any (wherever there is a reply), or after so many bytes'),
  do: z.enum(faultKindNames).describe('what happens'),
  for: positiveDurationText
    .optional()
    .describe('how long a stall or a drip lasts, or what a throttle asks to wait'),
  by: z.enum(endings).optional().describe('of unacknowledged: what comes instead of the reply (reset)'),
  ...occurrenceFields,
})

type Fields = z.infer<typeof fields>

interface Objection {
  readonly field: keyof Fields
  readonly message: string
}

/** A place that counts bytes. */
export interface BytePlace {
  readonly direction: 'in' | 'out'
  readonly count: number | string
  /** The share is of each so many bytes, and not of connections. */
  readonly isRate: boolean
}

/** undefined for a place of steps. */
export function bytePlaceOf(at: Fields['at']): BytePlace | undefined {
  if (typeof at !== 'object' || Array.isArray(at)) return undefined
  if ('bytes_in' in at) return { direction: 'in', count: at.bytes_in, isRate: false }
  if ('bytes_out' in at) return { direction: 'out', count: at.bytes_out, isRate: false }
  if ('each_bytes_in' in at) return { direction: 'in', count: at.each_bytes_in, isRate: true }
  return { direction: 'out', count: at.each_bytes_out, isRate: true }
}

/** The steps that a fault's place names; none when it counts bytes. */
export function stepsAt(at: Fields['at']): readonly Step[] {
  if (typeof at === 'object' && !Array.isArray(at)) return []
  const words = typeof at === 'string' ? [at] : at
  return [...new Set(words.flatMap(word => (word === 'any' ? repliedSteps : [word])))]
}

/** Whether a kind makes sense at a step. */
function fits(kind: FaultKind, step: Step): boolean {
  const { where } = faultKinds[kind]
  if (where === 'anywhere') return true
  if (where === 'spoken') return step !== 'connect' && step !== 'tls'
  return where === 'replied' ? steps[step].isReplied : where === step
}

function objectionToPlace({ at, do: kind }: Fields): Objection | undefined {
  const named = stepsAt(at)
  if (named.length === 0) {
    if (byteKinds.includes(kind)) return undefined
    return {
      field: 'do',
      message: `${kind} needs a step in at; after bytes give one of ${byteKinds.join(', ')}`,
    }
  }
  const misfit = named.find(step => !fits(kind, step))
  if (misfit === undefined) return undefined
  const fitting = stepNames.filter(step => fits(kind, step)).join(', ')
  return { field: 'at', message: `${kind} cannot happen at ${misfit}: give ${fitting}` }
}

function objectionToDetails(spec: Fields): Objection | undefined {
  const lasts = spec.do === 'stall' || spec.do === 'drip'
  if (lasts && spec.for === undefined) return { field: 'for', message: `${spec.do} needs a time, such as 2s` }
  if (!lasts && spec.do !== 'throttle' && spec.for !== undefined)
    return { field: 'for', message: 'only stall, drip and throttle have a time: take it out' }
  if (spec.by !== undefined && spec.do !== 'unacknowledged')
    return { field: 'by', message: 'only unacknowledged comes about by something else: take it out' }
  if (bytePlaceOf(spec.at)?.isRate && (spec.share === undefined || spec.persists))
    return { field: 'share', message: 'a rate for so many bytes is a share of them: give share, alone' }
  return objectionToOccurrence(spec)
}

/** One fault of a script: what happens where, and how often. */
export const faultSpec = fields.check(context => {
  // The messages of fields that are wrong by themselves say more.
  if (context.issues.length > 0) return
  const objection = objectionToPlace(context.value) ?? objectionToDetails(context.value)
  if (objection) {
    const { field, message } = objection
    context.issues.push({ code: 'custom', input: context.value[field], path: [field], message })
  }
})

export const faultsSpec = z.array(faultSpec).max(MAX_FAULTS, `must be at most ${MAX_FAULTS}`)

export type FaultSpec = z.infer<typeof faultSpec>
