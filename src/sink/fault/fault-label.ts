import { occurrenceLabel } from '../../occurrence.ts'
import { bytePlaceOf } from './fault-place.ts'
import type { FaultSpec } from './fault-spec.ts'

function placeOf(at: FaultSpec['at']): string {
  if (typeof at === 'string') return `at ${at}`
  if (Array.isArray(at)) return `at ${at.join('/')}`
  const { direction, count, isRate } = bytePlaceOf(at) ?? {}
  return `${isRate ? 'per' : 'after'} ${count} ${direction}`
}

function label(spec: FaultSpec): string {
  const { do: kind, for: span, by, at } = spec
  return [occurrenceLabel(spec), kind, span, by && `by ${by}`, placeOf(at)].filter(Boolean).join(' ')
}

/** Words that are longer make a label that nobody reads. */
const WORDS_MAX = 24

/**
 * Faults in a word, where they are several, or long to tell, and happen equally often: `faults-1%`; undefined where
 * that would not say enough.
 */
export function faultsName(faults: readonly FaultSpec[]): string | undefined {
  const [often, ...others] = new Set(faults.map(occurrenceLabel))
  return (faults.length > 1 || faultsLabel(faults).length > WORDS_MAX) && often && others.length === 0
    ? `faults-${often.replaceAll(' ', '-')}`
    : undefined
}

/** A list of faults in words, `1% reset at any and every 100 stall 2s at data`; empty where there are none. */
export const faultsLabel = (faults: readonly FaultSpec[]): string => faults.map(label).join(' and ')
