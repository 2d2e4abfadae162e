import { plainText } from '../run-store/text.ts'

const LENGTH_MAX = 300
/** What we say ourselves: the finding of C5 alone compares libraries and bare clients on each network. */
const PROSE_MAX = 800
/** Of what a report opens with, which names conditions. */
export const OPENING_MAX = 1000

/** Cut after a sentence where one ends late enough. */
const clipped = (text: string, most: number) => {
  const line = plainText(text)
  if (line.length <= most) return line
  const cut = plainText(line, most)
  const end = cut.lastIndexOf('. ') + 1
  return end > most / 2 ? `${cut.slice(0, end)} ...` : `${cut}...`
}

/** An empty comment: what it parts is neither a mention of somebody nor a link, which GitHub finds in any text. */
const PARTED = '<!-- -->'

/**
 * Text that shows as it is within a line of Markdown: CommonMark §2.4 lets ASCII punctuation be escaped. Marks that
 * mean something only at the start of a line stay.
 */
export function prose(text: string, most = PROSE_MAX): string {
  return clipped(text, most)
    .replaceAll(/[\\`*_[\]|~$]/g, character => `\\${character}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/@|:(?=\/\/)|www(?=\.)/gi, mark => mark + PARTED)
}

/**
 * A name as it is: a code span, fenced by more backticks than it holds (CommonMark §6.1). In a table a bar is escaped
 * even within code (GFM §4.10).
 */
export function code(text: string): string {
  const line = clipped(text, LENGTH_MAX).replaceAll('|', '\\|')
  if (line === '') return '` `'
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

/** A table in GitHub's Markdown. Cells are Markdown already. @param texts so many columns stand to the left, others to the right */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  texts = 1,
): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i < texts ? '---' : '---:'))), ...rows.map(line)]
}
