import { expect, it } from 'vitest'
import { type OccurrenceSpec, objectionToOccurrence, occurrenceLabel, occurrenceOf } from './occurrence.ts'
import { createRandom } from './random.ts'

/** What happens of nine times, as exclamation marks. */
function pattern(spec: OccurrenceSpec): string {
  const [happens, random] = [occurrenceOf(spec), createRandom('occurrence')]
  return Array.from({ length: 9 }, () => (happens(random) ? '!' : '.')).join('')
}

it.each([
  [{}, '!!!!!!!!!', ''],
  [{ first: 2 }, '!!.......', 'first 2'],
  [{ every: 4 }, '...!...!.', 'every 4'],
  [{ every: 4, persists: true }, '...!!!!!!', 'every 4 for good'],
  [{ share: '100%' }, '!!!!!!!!!', '100%'],
  [{ share: 0, persists: true }, '.........', '0% for good'],
] as const)('%j happens as %s, and is called so', (spec, expected, label) => {
  expect([pattern(spec), occurrenceLabel(spec)]).toEqual([expected, label])
})

it('of a share that persists begins with the first that the share itself hits', () => {
  const once = pattern({ share: '30%' })
  expect(once).toMatch(/\..*!.*\./)
  expect(pattern({ share: '30%', persists: true })).toBe(once.replace(/!.*/, hit => '!'.repeat(hit.length)))
})

it.each([
  [{ share: 0.1, every: 2 }, 'every'],
  [{ first: 1, persists: true }, 'persists'],
  [{ persists: true }, 'persists'],
  [{ every: 2, persists: true }, undefined],
] as const)('%j is refused for its %s', (spec, field) => {
  expect(objectionToOccurrence(spec)?.field).toBe(field)
})
