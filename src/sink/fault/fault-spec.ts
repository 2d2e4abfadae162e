import { z } from 'zod'
import { objectionToOccurrence, occurrenceFields } from '../../occurrence.ts'
import { positiveDurationText } from '../../text-schema.ts'
import { endings, type FaultKind, faultKindNames, faultKinds, type Step, stepNames, steps } from './fault.ts'
import { bytePlaceOf, faultPlace, isOnLink, stepsAt } from './fault-place.ts'

/** Of a script; more than anybody writes by hand. */
const MAX_FAULTS = 100

const byteKinds = faultKindNames.filter(kind => faultKinds[kind].where === 'anywhere')
/** What an emulated network can do, after so many bytes. */
const linkKinds: readonly FaultKind[] = ['reset', 'silence', 'stall']

const fields = z.strictObject({
  at: faultPlace.describe(
    'where: a step, several, any (wherever there is a reply), after so many bytes, or on the emulated network',
  ),
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

/** Whether a kind makes sense at a step. */
function fits(kind: FaultKind, step: Step): boolean {
  const { where } = faultKinds[kind]
  if (where === 'anywhere') return true
  if (where === 'spoken') return step !== 'connect' && step !== 'tls'
  return where === 'replied' ? steps[step].isReplied : where === step
}

function objectionToLinkPlace({ at, do: kind }: Fields): Objection | undefined {
  if (at === 'link') {
    return kind === 'refuse'
      ? undefined
      : { field: 'do', message: 'at link, which is where a connection begins, give refuse' }
  }
  return linkKinds.includes(kind)
    ? undefined
    : { field: 'do', message: `no network does ${kind}; give one of ${linkKinds.join(', ')}` }
}

function objectionToPlace(spec: Fields): Objection | undefined {
  const { at, do: kind } = spec
  if (isOnLink(at)) return objectionToLinkPlace(spec)
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
