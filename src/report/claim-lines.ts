import type { Judged } from '../claims/claim.ts'

/** The claims that were measured, a line each, and those that were not. */
export function claimLines(claims: readonly Judged[]): string[] {
  const measured = claims.filter(({ verdict }) => verdict !== 'not measured here')
  const missing = claims.filter(({ verdict }) => verdict === 'not measured here')
  if (measured.length === 0) return []
  return [
    'Claims:',
    ...measured.map(({ id, verdict, text }) => `  ${id.padEnd(3)} ${verdict.padEnd(13)}  ${text}`),
    ...(missing.length > 0 ? [`  Not measured here: ${missing.map(({ id }) => id).join(', ')}.`] : []),
  ]
}
