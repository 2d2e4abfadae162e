import type { FaultSpec } from './fault-spec.ts'

function placeOf(at: FaultSpec['at']): string {
  if (typeof at === 'string') return `at ${at}`
  if (Array.isArray(at)) return `at ${at.join('/')}`
  return 'bytes_in' in at ? `after ${at.bytes_in} in` : `after ${at.bytes_out} out`
}

function oftenOf({ share, every, first }: FaultSpec): string {
  if (share !== undefined) return typeof share === 'string' ? share : `${share * 100}%`
  if (every !== undefined) return `every ${every}`
  return first === undefined ? '' : `first ${first}`
}

function label(spec: FaultSpec): string {
  const { do: kind, for: span, by, at } = spec
  return [oftenOf(spec), kind, span, by && `by ${by}`, placeOf(at)].filter(Boolean).join(' ')
}

/** A list of faults in words, `1% reset at any, every 100 stall 2s at data`; empty where there are none. */
export const faultsLabel = (faults: readonly FaultSpec[]): string => faults.map(label).join(', ')
