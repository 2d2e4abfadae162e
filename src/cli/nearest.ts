/** Levenshtein distance (1966): the fewest insertions, deletions and substitutions; row by row. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}

/** The known word that `word` was probably meant to be; undefined when none is close. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 2.5))
  const ranked = known
    // Each letter too many is an edit: a plan may hold a megabyte where a word belongs.
    .filter(candidate => Math.abs(candidate.length - word.length) <= limit)
    .map(candidate => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits)
  return ranked[0]?.candidate
}

/** `: did you mean "users"?`, or the words that are known. */
export function suggestion(word: string, known: readonly string[]): string {
  const close = nearest(word, known)
  if (close !== undefined) return `did you mean "${close}"?`
  return known.length > 0 ? `known are ${known.join(', ')}` : 'nothing is known here'
}
