import { type Occurrence, occurrenceOf } from '../../occurrence.ts'
import type { Random } from '../../random.ts'
import { shareOf } from '../../share.ts'
import { parseDurationNs } from '../../units.ts'
import type { ByteFault, Ending, Fault, Step } from './fault.ts'
import { bytePlaceOf, bytesOf, stepsAt } from './fault-place.ts'
import type { FaultSpec } from './fault-spec.ts'
import { DEFAULT_RETRY_AFTER_NS, type Refusal } from './refusal.ts'

/** Decides what goes wrong. Its counts are of one sink. */
export interface FaultSchedule {
  /** Where it has to be asked. */
  readonly steps: ReadonlySet<Step>
  /** Draws one number for each share, whatever comes of it: no fault shifts another. */
  at(step: Step, random: Random): Misfortune
  /** Counts from the beginning how often each fault could have happened, and forgets what persists. */
  restart(): void
}

/** What befalls one exchange: at most one fault, the first of those that happen, after all the stalls. */
export interface Misfortune {
  readonly stallNs: number
  readonly fault: Fault | Refusal | undefined
  readonly byteFaults: readonly ByteFault[] | undefined
}

interface Rule {
  readonly steps: ReadonlySet<Step>
  readonly occurrence: () => Occurrence
  readonly stallNs: number
  readonly fault: Fault | Refusal | undefined
  readonly byteFaults: ByteFaults | undefined
}

/** Of one connection: they are all drawn as it begins. */
const STALLS_MAX = 64

/** Draws what waits on one connection. */
type ByteFaults = (random: Random) => readonly ByteFault[]

/**
 * A fault that strikes each byte alike: the gaps are exponential. One that ends the connection strikes once.
 */
function atRate(direction: ByteFault['direction'], meanBytes: number, fault: ByteFault['fault']): ByteFaults {
  if (meanBytes === Number.POSITIVE_INFINITY) return () => []
  return random => {
    let afterBytes = 0
    return Array.from({ length: fault.kind === 'stall' ? STALLS_MAX : 1 }, () => {
      // No gap is shorter than a byte.
      afterBytes += Math.ceil(random.exponential(meanBytes)) || 1
      return { direction, afterBytes, fault }
    })
  }
}

function byteFaultsOf(spec: FaultSpec, forNs: number): ByteFaults | undefined {
  const { at, do: kind, share } = spec
  const place = bytePlaceOf(at)
  if (!place) return undefined
  const { count, isRate } = place
  const direction: ByteFault['direction'] = place.direction === 'in' ? 'in' : 'out'
  const fault = kind === 'stall' ? { kind, forNs } : { kind: kind as Ending }
  if (isRate) return atRate(direction, bytesOf(count) / shareOf(share), fault)
  const once = [{ direction, afterBytes: bytesOf(count), fault }]
  return () => once
}

function faultOf({ do: kind, by = 'reset' }: FaultSpec, forNs: number): Fault | Refusal | undefined {
  switch (kind) {
    case 'stall':
      return undefined
    case 'refuse':
      return { kind: 'reset' }
    case 'drip':
      return { kind, forNs }
    case 'unacknowledged':
      return { kind, by }
    case 'reject':
    case 'defer':
    case 'throttle':
      return { kind, retryAfterNs: forNs > 0 ? forNs : DEFAULT_RETRY_AFTER_NS }
    default:
      return { kind }
  }
}

function ruleOf(spec: FaultSpec): Rule {
  const forNs = spec.for === undefined ? 0 : parseDurationNs(spec.for)
  const byteFaults = byteFaultsOf(spec, forNs)
  return {
    // What waits for a byte is drawn once a connection, as it begins.
    steps: new Set(byteFaults ? ['connect'] : stepsAt(spec.at)),
    occurrence: () => (bytePlaceOf(spec.at)?.isRate ? () => true : occurrenceOf(spec)),
    stallNs: !byteFaults && spec.do === 'stall' ? forNs : 0,
    fault: byteFaults ? undefined : faultOf(spec, forNs),
    byteFaults,
  }
}

const none: Misfortune = { stallNs: 0, fault: undefined, byteFaults: undefined }

export function scheduleFaults(specs: readonly FaultSpec[]): FaultSchedule {
  const rules = specs.map(ruleOf)
  const begin = () => rules.map(rule => ({ ...rule, happens: rule.occurrence() }))
  let counting = begin()
  return {
    steps: new Set(rules.flatMap(rule => [...rule.steps])),
    at(step, random) {
      const hits = counting.filter(rule => rule.steps.has(step) && rule.happens(random))
      if (hits.length === 0) return none
      const byteFaults = hits.flatMap(({ byteFaults }) => byteFaults?.(random) ?? [])
      return {
        stallNs: hits.reduce((sum, { stallNs }) => sum + stallNs, 0),
        fault: hits.find(({ fault }) => fault)?.fault,
        byteFaults: byteFaults.length > 0 ? byteFaults : undefined,
      }
    },
    restart() {
      counting = begin()
    },
  }
}
