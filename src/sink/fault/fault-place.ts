import { z } from 'zod'
import { textFor, wholeNumber } from '../../text-schema.ts'
import { parseSizeBytes } from '../../units.ts'
import { type Step, stepNames, steps } from './fault.ts'

const repliedSteps = stepNames.filter(step => steps[step].isReplied)

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

interface ByteField {
  /** Whose bytes: those that a sink reads and writes, or those that pass an emulated network. */
  readonly site: 'sink' | 'link'
  readonly direction: 'in' | 'out' | 'up' | 'down'
  /** The share is of each so many bytes, and not of connections. */
  readonly isRate: boolean
}

/** Places that count bytes: once a connection, or again and again. */
const byteFields = {
  bytes_in: { site: 'sink', direction: 'in', isRate: false },
  bytes_out: { site: 'sink', direction: 'out', isRate: false },
  each_bytes_in: { site: 'sink', direction: 'in', isRate: true },
  each_bytes_out: { site: 'sink', direction: 'out', isRate: true },
  link_up: { site: 'link', direction: 'up', isRate: false },
  link_down: { site: 'link', direction: 'down', isRate: false },
  each_link_up: { site: 'link', direction: 'up', isRate: true },
  each_link_down: { site: 'link', direction: 'down', isRate: true },
} as const satisfies Record<string, ByteField>

/** The SYN of a connection through an emulated network. */
const LINK = 'link'

const placeWords = [...stepNames, 'any', LINK].join(', ')

/** Where a fault happens, as scripts write it. */
export const faultPlace = z.union(
  [
    stepWord,
    z.literal(LINK),
    z.array(stepWord).min(1, 'must not be empty'),
    z.strictObject({ bytes_in: byteCount }),
    z.strictObject({ bytes_out: byteCount }),
    z.strictObject({ each_bytes_in: byteCount }),
    z.strictObject({ each_bytes_out: byteCount }),
    z.strictObject({ link_up: byteCount }),
    z.strictObject({ link_down: byteCount }),
    z.strictObject({ each_link_up: byteCount }),
    z.strictObject({ each_link_down: byteCount }),
  ],
  {
    error: `must be ${placeWords}, a list of steps, or a mapping with one of ${Object.keys(byteFields).join(', ')}`,
  },
)
export type FaultPlace = z.infer<typeof faultPlace>

/** A place that counts bytes. */
export interface BytePlace extends ByteField {
  readonly count: number | string
}

export const bytesOf = (count: number | string): number =>
  typeof count === 'string' ? parseSizeBytes(count) : count

/** undefined for a place of another kind. */
export function bytePlaceOf(at: FaultPlace): BytePlace | undefined {
  if (typeof at === 'string' || Array.isArray(at)) return undefined
  const [[field, count] = []] = Object.entries(at) as [keyof typeof byteFields, number | string][]
  return field && count !== undefined ? { ...byteFields[field], count } : undefined
}

/** The steps that a fault's place names; none when it counts bytes, or is of a link. */
export function stepsAt(at: FaultPlace): readonly Step[] {
  if (at === LINK || (typeof at === 'object' && !Array.isArray(at))) return []
  const words = typeof at === 'string' ? [at] : at
  return [...new Set(words.flatMap(word => (word === 'any' ? repliedSteps : [word])))]
}

/** Whether the place is in the network before the server, and not at a sink. */
export const isOnLink = (at: FaultPlace): boolean => at === LINK || bytePlaceOf(at)?.site === 'link'
