import { z } from 'zod'
import { textFor } from './text-schema.ts'
import { parseShare } from './units.ts'

const words = { error: 'must be a share, such as 1% or 0.01' }

/** A share as it is written: `1%`, `0.01` or a number. */
export const share = z.union([z.number().min(0, words).max(1, words), textFor(parseShare)], words)

/** As a fraction of 1; none is 0. */
export const shareOf = (spec: string | number | undefined): number =>
  typeof spec === 'string' ? parseShare(spec) : (spec ?? 0)
