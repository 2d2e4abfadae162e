import type { Judged } from '../claims/claim.ts'
import { judgeName } from './judge-name.ts'
import type { Material } from './material.ts'
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

/** The claims that were measured, a line each unless it is too long, and those that were not. */
export function claimLines({ claims, runs }: Pick<Material, 'claims' | 'runs'>): string[] {
  const measured = claims.filter(({ verdict }) => verdict !== 'not measured here')
  const missing = claims.filter(({ verdict }) => verdict === 'not measured here')
  if (measured.length === 0) return []
  const nameOf = judgeName({ runs })
  return [
    'Claims:',
    ...measured.flatMap(judged => {
      const head = `${INDENT}${judged.id.padEnd(3)} ${judged.verdict.padEnd(13)}  `
      const lines = wrapped(judged.text + nameOf(judged), WIDTH - head.length, '')
      return lines.map((line, i) => (i === 0 ? head : ' '.repeat(head.length)) + line)
    }),
    ...missingLines(missing),
  ]
}
