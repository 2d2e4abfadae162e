import { UsageError } from '../../errors.ts'
import { type FaultKind, type Step, stepsOf } from './fault.ts'
import { isOnLink, stepsAt } from './fault-place.ts'
import type { FaultSpec } from './fault-spec.ts'

/** A listener, as far as faults are concerned. */
export interface FaultGround {
  readonly protocol: 'smtp' | 'http'
  readonly hasTls: boolean
  /** What it can do, when that is not everything; `words` name it to the user, and the way out. */
  readonly limits?: {
    readonly steps: readonly Step[]
    readonly kinds: readonly FaultKind[]
    readonly words: string
    readonly remedy: string
  }
}

/** The steps of a fault that a listener comes to. */
function stepsAmong(spec: FaultSpec, { protocol, hasTls }: FaultGround): readonly Step[] {
  const known = stepsOf(protocol)
  return stepsAt(spec.at).filter(step => known.includes(step) && (step !== 'tls' || hasTls))
}

function checkLimits(name: string, spec: FaultSpec, ground: FaultGround): void {
  const { limits } = ground
  if (!limits) return
  const named = stepsAt(spec.at)
  if (named.length === 0)
    throw new UsageError(`${name}.at: ${limits.words} counts no bytes: ${limits.remedy}`)
  const steps = stepsAmong(spec, ground)
  const beyond = steps.find(step => !limits.steps.includes(step))
  if (beyond !== undefined) {
    const can = limits.steps.join(', ')
    throw new UsageError(
      `${name}.at: ${limits.words} has no fault at ${beyond}, only at ${can}: ${limits.remedy}`,
    )
  }
  if (steps.length > 0 && !limits.kinds.includes(spec.do)) {
    const can = limits.kinds.join(', ')
    throw new UsageError(`${name}.do: ${limits.words} has no ${spec.do}, only ${can}: ${limits.remedy}`)
  }
}

/**
 * A fault that can never happen would be a silent mistake: the run would look flawless.
 * @throws UsageError naming the fault, and which listener can
 */
export function checkFaults(faults: readonly FaultSpec[], grounds: readonly FaultGround[]): void {
  for (const [index, spec] of faults.entries()) {
    const name = `faults[${index}]`
    if (isOnLink(spec.at))
      throw new UsageError(
        `${name}.at: it is of an emulated network, which plans have and sinks have not: take it out`,
      )
    for (const ground of grounds) checkLimits(name, spec, ground)
    const named = stepsAt(spec.at)
    if (named.length === 0 || grounds.some(ground => stepsAmong(spec, ground).length > 0)) continue
    const owners = (['smtp', 'http'] as const).filter(protocol =>
      stepsOf(protocol).some(step => named.includes(step)),
    )
    const words = owners.map(owner => owner.toUpperCase()).join(' or ')
    const only = named.every(step => step === 'tls') ? `${words} with TLS` : words
    throw new UsageError(`${name}.at: no listener here comes to ${named.join(', ')}: it takes ${only}`)
  }
}
