import { z } from 'zod'
import type { Random } from './random.ts'
import { share, shareOf } from './share.ts'
import { wholeNumber } from './text-schema.ts'

/** How often something happens, as plans and scripts write it; always, when nothing is said. */
export const occurrenceFields = {
  share: share.optional().describe('how often: of all times'),
  every: wholeNumber(1).optional().describe('how often: each so many times'),
  first: wholeNumber(1).optional().describe('how often: the first so many times'),
  persists: z.literal(true).optional().describe('once it has happened, it happens every time'),
} as const

const fields = z.object(occurrenceFields)
export type OccurrenceSpec = z.infer<typeof fields>

/** The field that must go, and why; undefined where all of it makes sense. */
export function objectionToOccurrence(
  spec: OccurrenceSpec,
): { readonly field: keyof OccurrenceSpec; readonly message: string } | undefined {
  const [, surplus] = (['share', 'every', 'first'] as const).filter(field => spec[field] !== undefined)
  if (surplus) return { field: surplus, message: 'give one of share, every and first' }
  if (spec.persists && spec.share === undefined && spec.every === undefined)
    return { field: 'persists', message: 'needs a first time: give share or every, or take it out' }
  return undefined
}

/** How often: asked once each time that it could happen. A share draws one number each time, whatever comes of it. */
export type Occurrence = (random: Random) => boolean

function transient({ share, every, first }: OccurrenceSpec): Occurrence {
  if (share !== undefined) {
    const below = shareOf(share)
    return random => random.next() < below
  }
  let times = 0
  if (every !== undefined) return () => ++times % every === 0
  if (first !== undefined) return () => ++times <= first
  return () => true
}

export function occurrenceOf(spec: OccurrenceSpec): Occurrence {
  const happens = transient(spec)
  if (!spec.persists) return happens
  let hasHappened = false
  return random => {
    const again = happens(random)
    hasHappened ||= again
    return hasHappened
  }
}

function oftenOf({ share, every, first }: OccurrenceSpec): string {
  if (share !== undefined) return typeof share === 'string' ? share : `${share * 100}%`
  if (every !== undefined) return `every ${every}`
  return first === undefined ? '' : `first ${first}`
}

/** `1%`, `every 100`, `first 3`, `1% for good`; empty for always. */
export function occurrenceLabel(spec: OccurrenceSpec): string {
  return spec.persists ? `${oftenOf(spec)} for good` : oftenOf(spec)
}
