import type { Random } from '../../random.ts'
import { parseDurationNs, parseSizeBytes } from '../../units.ts'
import { shareOf } from '../share.ts'
import type { ByteFault, Ending, Fault, Step } from './fault.ts'
import { type FaultSpec, stepsAt } from './fault-spec.ts'
import { DEFAULT_RETRY_AFTER_NS, type Refusal } from './refusal.ts'

/** Decides what goes wrong. Its counts are of one sink. */
export interface FaultSchedule {
  /** Where it has to be asked. */
  readonly steps: ReadonlySet<Step>
  /** Draws one number for each share, whatever comes of it: no fault shifts another. */
  at(step: Step, random: Random): Misfortune
}

/** What befalls one exchange: at most one fault, the first of those that happen, after all the stalls. */
export interface Misfortune {
  readonly stallNs: number
  readonly fault: Fault | Refusal | undefined
  readonly byteFaults: readonly ByteFault[] | undefined
}

/** How often: asked once each time that the fault could happen. */
type Occurrence = (random: Random) => boolean

function occurrenceOf({ share, every, first }: FaultSpec): Occurrence {
  if (share !== undefined) {
    const below = shareOf(share)
    return random => random.next() < below
  }
  let times = 0
  if (every !== undefined) return () => ++times % every === 0
  if (first !== undefined) return () => ++times <= first
  return () => true
}

interface Rule {
  readonly steps: ReadonlySet<Step>
  readonly happens: Occurrence
  readonly stallNs: number
  readonly fault: Fault | Refusal | undefined
  readonly byteFault: ByteFault | undefined
}

const bytesOf = (count: number | string) => (typeof count === 'string' ? parseSizeBytes(count) : count)

function byteFaultOf(spec: FaultSpec, forNs: number): ByteFault | undefined {
  const { at, do: kind } = spec
  if (typeof at !== 'object' || Array.isArray(at)) return undefined
  const fault = kind === 'stall' ? { kind, forNs } : { kind: kind as Ending }
  return 'bytes_in' in at
    ? { direction: 'in', afterBytes: bytesOf(at.bytes_in), fault }
    : { direction: 'out', afterBytes: bytesOf(at.bytes_out), fault }
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
  const byteFault = byteFaultOf(spec, forNs)
  return {
    // What waits for a byte is drawn once a connection, as it begins.
    steps: new Set(byteFault ? ['connect'] : stepsAt(spec.at)),
    happens: occurrenceOf(spec),
    stallNs: !byteFault && spec.do === 'stall' ? forNs : 0,
    fault: byteFault ? undefined : faultOf(spec, forNs),
    byteFault,
  }
}

const none: Misfortune = { stallNs: 0, fault: undefined, byteFaults: undefined }

export function scheduleFaults(specs: readonly FaultSpec[]): FaultSchedule {
  const rules = specs.map(ruleOf)
  return {
    steps: new Set(rules.flatMap(rule => [...rule.steps])),
    at(step, random) {
      const hits = rules.filter(rule => rule.steps.has(step) && rule.happens(random))
      if (hits.length === 0) return none
      const byteFaults = hits.flatMap(({ byteFault }) => byteFault ?? [])
      return {
        stallNs: hits.reduce((sum, { stallNs }) => sum + stallNs, 0),
        fault: hits.find(({ fault }) => fault)?.fault,
        byteFaults: byteFaults.length > 0 ? byteFaults : undefined,
      }
    },
  }
}
