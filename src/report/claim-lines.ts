import type { Judged } from '../claims/claim.ts'
import { wrapped } from './wrap.ts'

const WIDTH = 80
const INDENT = '  '

/** What would measure those that were not, each remedy once. */
function missingLines(missing: readonly Judged[]): string[] {
  if (missing.length === 0) return []
  const remedies = new Map<string, string[]>()
  for (const { id, flips } of missing) remedies.set(flips, [...(remedies.get(flips) ?? []), id])
  const parts = [...remedies].map(([remedy, ids]) => `${ids.join(', ')} (${remedy})`)
  return wrapped(`Not measured here: ${parts.join('; ')}.`, WIDTH - INDENT.length, INDENT).map(
    line => INDENT + line,
  )
}

/** The claims that were measured, a line each, and those that were not. */
export function claimLines(claims: readonly Judged[]): string[] {
  const measured = claims.filter(({ verdict }) => verdict !== 'not measured here')
  const missing = claims.filter(({ verdict }) => verdict === 'not measured here')
  if (measured.length === 0) return []
  return [
    'Claims:',
    ...measured.map(({ id, verdict, text }) => `  ${id.padEnd(3)} ${verdict.padEnd(13)}  ${text}`),
    ...missingLines(missing),
  ]
}
