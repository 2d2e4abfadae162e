import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import { UsageError } from '../errors.ts'
import { closedLoad } from '../load/closed.ts'
import type { Load } from '../load/load.ts'
import { openLoad } from '../load/open.ts'
import { constantRate, poisson, ramp, type Schedule } from '../load/schedule.ts'
import type { Random } from '../random.ts'
import type { TrialRow } from '../run-store/schema.ts'
import { parseDurationNs } from '../units.ts'

/** How a condition is driven: by users who wait for replies, or by a schedule that does not. */
export type LoadChoice =
  | {
      readonly kind: 'closed'
      readonly users: number
      readonly thinkNs: Nanoseconds
      /** All users together start no more messages. */
      readonly maxPerS?: number
      /** So many start at once, as they fill one call. @default 1 */
      readonly together?: number
    }
  | {
      readonly kind: 'constant' | 'poisson'
      readonly ratePerS: number
      readonly maxInFlight: number
    }
  | {
      readonly kind: 'ramp'
      readonly fromPerS: number
      readonly toPerS: number
      /** Of the way up; the way back takes as long again. */
      readonly spanNs: Nanoseconds
      readonly back: boolean
      /** Ends soon after the first message was refused for its rate. */
      readonly untilThrottled?: true
      readonly maxInFlight: number
    }

/** The fields of a plan that say it. */
export interface LoadFields {
  readonly users?: number | undefined
  readonly think?: string | undefined
  readonly rate?: number | undefined
  readonly arrivals?: 'constant' | 'poisson' | undefined
  readonly ramp?:
    | {
        from: number
        to: number
        over: string
        back?: boolean | undefined
        until?: 'throttled' | undefined
      }
    | undefined
  readonly max_in_flight?: number | undefined
}

export const loadDefaults = { users: 1, think: '0ms', arrivals: 'constant', max_in_flight: 1000 } as const

/** Open load has no users to count connections by. */
const OPEN_CONNECTIONS = 10

/** @throws UsageError when the fields contradict each other */
export function loadOf(fields: LoadFields): LoadChoice {
  const {
    users,
    think,
    rate,
    arrivals,
    ramp: slope,
    max_in_flight: maxInFlight = loadDefaults.max_in_flight,
  } = fields
  if (rate !== undefined && slope !== undefined)
    throw new UsageError('rate and ramp exclude each other: leave one out')
  const open = rate !== undefined ? 'rate' : slope !== undefined ? 'ramp' : undefined
  if (open === undefined) {
    if (fields.max_in_flight !== undefined)
      throw new UsageError('max_in_flight: goes with open load: give a rate, as in rate: 500')
    if (arrivals !== undefined) throw new UsageError('arrivals: goes with a rate: give one, as in rate: 500')
    return {
      kind: 'closed',
      users: users ?? loadDefaults.users,
      thinkNs: parseDurationNs(think ?? loadDefaults.think),
    }
  }
  const closed = users !== undefined ? 'users' : think !== undefined ? 'think' : undefined
  if (closed !== undefined) {
    throw new UsageError(
      `${closed} and ${open} exclude each other: users wait for replies, a ${open} does not; leave one out`,
    )
  }
  if (rate !== undefined) return { kind: arrivals ?? loadDefaults.arrivals, ratePerS: rate, maxInFlight }
  if (!slope) throw new Error('neither rate nor ramp')
  const { from, to, over, back = false, until } = slope
  return {
    kind: 'ramp',
    fromPerS: from,
    toPerS: to,
    spanNs: parseDurationNs(over),
    back,
    ...(until === 'throttled' && { untilThrottled: true }),
    maxInFlight,
  }
}

function scheduleOf(choice: Exclude<LoadChoice, { kind: 'closed' }>): Schedule {
  if (choice.kind !== 'ramp') {
    return choice.kind === 'constant' ? constantRate(choice.ratePerS) : poisson(choice.ratePerS)
  }
  const { fromPerS, toPerS, spanNs: durationNs, back } = choice
  const up = { fromPerS, toPerS, durationNs }
  return ramp(back ? [up, { fromPerS: toPerS, toPerS: fromPerS, durationNs }] : [up])
}

/** @param random decides the arrivals of a Poisson load: equal streams give equal schedules */
export function createLoad(choice: LoadChoice, random: Random): Load {
  if (choice.kind === 'closed') {
    const { users, thinkNs, maxPerS, together } = choice
    return closedLoad(users, thinkNs, { maxPerS, together })
  }
  return openLoad(scheduleOf(choice), { maxInFlight: choice.maxInFlight, random })
}

/** A warm-up of a ramp goes at the rate where it begins. */
export function warmUpLoad(choice: LoadChoice, random: Random): Load {
  if (choice.kind !== 'ramp') return createLoad(choice, random)
  return openLoad(constantRate(Math.max(1, choice.fromPerS)), { maxInFlight: choice.maxInFlight, random })
}

/** The load as messages meet it: each user of a closed load fills a call with `batch` of them, and awaits them all. */
export function loadInBatches(choice: LoadChoice, batch: number, messages: number): LoadChoice {
  if (choice.kind !== 'closed') return choice
  const users = Math.min(choice.users * batch, messages)
  // A call takes a whole turn, however few are in it.
  return batch === 1 ? { ...choice, users } : { ...choice, users, together: batch }
}

/** Submissions that come due in `boundNs`; endless for closed load. */
export function dueWithin(choice: LoadChoice, boundNs: Nanoseconds): number {
  if (choice.kind === 'closed') return Number.MAX_SAFE_INTEGER
  if (choice.kind !== 'ramp') return Math.ceil((choice.ratePerS * boundNs) / NS_PER_S)
  return Math.ceil((((choice.fromPerS + choice.toPerS) / 2) * rampSpanNs(choice)) / NS_PER_S)
}

/** How long a ramp takes as a whole. */
export const rampSpanNs = ({ spanNs, back }: Extract<LoadChoice, { kind: 'ramp' }>) =>
  back ? 2 * spanNs : spanNs

export const defaultConnections = (choice: LoadChoice) =>
  choice.kind === 'closed' ? choice.users : OPEN_CONNECTIONS

/** As a label says it. */
export function loadLabel(choice: LoadChoice): string {
  switch (choice.kind) {
    case 'closed':
      return `${choice.users}u`
    case 'constant':
      return `${choice.ratePerS}/s`
    case 'poisson':
      return `${choice.ratePerS}/s poisson`
    case 'ramp':
      return `${choice.fromPerS}-${choice.toPerS}${choice.back ? `-${choice.fromPerS}` : ''}/s`
  }
}

/** The columns that say it. `rate_per_s` of a ramp is its peak. */
export function loadColumns(choice: LoadChoice): Pick<TrialRow, 'load' | 'users' | 'rate_per_s'> {
  const { kind } = choice
  if (kind === 'closed') return { load: kind, users: choice.users, rate_per_s: null }
  const rate = kind === 'ramp' ? Math.max(choice.fromPerS, choice.toPerS) : choice.ratePerS
  return { load: kind, users: null, rate_per_s: rate }
}
