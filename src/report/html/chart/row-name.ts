import { plainText } from '../../../run-store/text.ts'
import { clip } from '../../fit.ts'
import { ROW_LINES } from './chart.ts'

/** Of 12-pixel letters; a reader's may be wider than ours. */
const LETTER_PX = 7

/** How many pixels names get: more where they are long, since what is left is for the marks. */
export function nameWidthOf(names: readonly string[], width: number): number {
  const longest = Math.max(0, ...names.map(name => plainText(name).length))
  return Math.round(width * (longest > 34 ? 0.45 : 0.37))
}

/** The name of a row on so many lines as a row has room for: broken at spaces, its middle taken out if need be. */
export function rowName(name: string, widthPx: number): string {
  const columns = Math.floor(widthPx / LETTER_PX)
  const line = plainText(name)
  // Lines end at words: seldom are they full.
  for (let length = columns * ROW_LINES; length > columns; length -= 2) {
    const lines = linesOf(clip(line, length), columns)
    if (lines.length <= ROW_LINES) return lines.join('\n')
  }
  return clip(line, columns)
}

/** At spaces; a word that is longer than a line is cut. */
function linesOf(text: string, columns: number): string[] {
  const words = text.split(' ').flatMap(word => word.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [])
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
