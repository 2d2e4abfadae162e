import type { LinkFault } from '../../link/struck.ts'
import { parseDurationNs } from '../../units.ts'
import { faultsLabel } from './fault-label.ts'
import { bytePlaceOf, bytesOf } from './fault-place.ts'
import type { FaultSpec } from './fault-spec.ts'

/** A fault whose place is on the link, as the link takes it. */
export function linkFaultOf(spec: FaultSpec): LinkFault {
  const { at, do: kind, for: span, share, every, first, persists } = spec
  const often = { share, every, first, persists, words: faultsLabel([spec]) }
  const place = bytePlaceOf(at)
  if (!place) return { kind: 'refuse', ...often }
  const point = {
    direction: place.direction === 'up' ? ('up' as const) : ('down' as const),
    bytes: bytesOf(place.count),
    isRate: place.isRate,
  }
  if (kind === 'stall') return { kind, forNs: parseDurationNs(span ?? ''), ...point, ...often }
  return { kind: kind === 'reset' ? kind : 'silence', ...point, ...often }
}
