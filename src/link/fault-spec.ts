import { z } from 'zod'
import { messageOf } from '../errors.ts'
import { durationText, positiveDurationText, sizeText } from '../text-schema.ts'
import { formatDuration, parseDurationNs, parseSizeBytes } from '../units.ts'
import type { Aim, Point } from './point.ts'
import type { Stall } from './stall.ts'

const pointFields = {
  at: durationText.optional().describe("an instant, counted from the link's first connection"),
  after: sizeText.optional().describe('a number of bytes, counted in each connection by itself'),
  direction: z
    .enum(['up', 'down'])
    .optional()
    .describe('whose bytes count, and what it acts on: to the server, or from it; by default both ways'),
}

const hasOnePoint = ({ at, after }: { at?: string | undefined; after?: string | undefined }) =>
  (at === undefined) !== (after === undefined)
const onePoint = { message: 'say where it begins: with at, an instant, or with after, a number of bytes' }

/** Where a reset or a black hole begins. */
export const pointSpec = z.strictObject(pointFields).refine(hasOnePoint, onePoint)

type PointSpec = z.infer<typeof pointSpec>

/** A stall's `every` is in the unit of its beginning, and longer than the stall itself. */
function checkEvery({ for: span, at, every }: { for: string; at?: string | undefined; every: string }): void {
  if (at === undefined) {
    if (parseSizeBytes(every) === 0) throw new Error('must be at least one byte')
  } else if (parseDurationNs(every) <= parseDurationNs(span)) throw new Error('must be longer than the stall')
}

/** Where a stall begins, how long it is, and how soon there is another. */
export const stallSpec = z
  .strictObject({
    for: positiveDurationText.describe('how long nothing passes'),
    ...pointFields,
    every: z
      .string()
      .optional()
      .describe('how soon the next one begins: a duration with at, a size with after; by default never'),
  })
  .refine(hasOnePoint, onePoint)
  .check(({ value, issues }) => {
    const { every } = value
    if (every === undefined || issues.length > 0) return
    try {
      checkEvery({ ...value, every })
    } catch (error) {
      issues.push({ code: 'custom', input: every, path: ['every'], message: messageOf(error) })
    }
  })

type StallSpec = z.infer<typeof stallSpec>

const aimOf = ({ direction }: PointSpec): Aim => ({ direction })

export function compilePoint(spec: PointSpec): Point & Aim {
  const { at, after } = spec
  return at === undefined
    ? { afterBytes: parseSizeBytes(after ?? ''), ...aimOf(spec) }
    : { atNs: parseDurationNs(at), ...aimOf(spec) }
}

export function compileStall(spec: StallSpec): Stall {
  const { every } = spec
  const base = { forNs: parseDurationNs(spec.for), ...compilePoint(spec) }
  return 'atNs' in base
    ? { ...base, everyNs: every === undefined ? undefined : parseDurationNs(every) }
    : { ...base, everyBytes: every === undefined ? undefined : parseSizeBytes(every) }
}

/** A duration as labels write it: `0.1 s` is 100ms. */
export const duration = (text: string) => formatDuration(parseDurationNs(text))
/** Any other quantity as labels write it: `10 KB` is 10kb. */
export const compact = (text: string) => text.replaceAll(' ', '').toLowerCase()

/** `at 5s`, `after 10kb up`. */
export function pointLabel({ at, after, direction }: PointSpec): string {
  const point = at === undefined ? `after ${compact(after ?? '')}` : `at ${duration(at)}`
  return direction === undefined ? point : `${point} ${direction}`
}

/** `stall 200ms at 1s every 5s`. */
export function stallLabel(spec: StallSpec): string {
  const { every, at } = spec
  const again = every === undefined ? '' : ` every ${at === undefined ? compact(every) : duration(every)}`
  return `stall ${duration(spec.for)} ${pointLabel(spec)}${again}`
}
