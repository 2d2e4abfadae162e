import { type ClientName, modes } from './pairings.ts'
import type { ConditionFields } from './plan.ts'

const usualClients: readonly ClientName[] = ['nodemailer', 'undici']

/** What holds of a mail merge where a plan says nothing: a job that begins with nothing open, and is done whole. */
const mergeDefaults = { messages: 500, warmup: 0, duration: '10m' } as const

/**
 * Who sends, where a plan does not say. A mail merge goes by every way that its targets have: all clients, in all
 * modes, message by message and in batches.
 */
export function withDefaults(fields: Partial<ConditionFields>): Partial<ConditionFields> {
  if (fields.merge === undefined) return { client: [...usualClients], ...fields }
  const ways = fields.client === undefined && { client: [...usualClients, 'wire' as const], mode: [...modes] }
  return { ...mergeDefaults, batch: [1, 'max'], ...ways, ...fields }
}
