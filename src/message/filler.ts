import { createRandom } from '../random.ts'

// No word is longer than 10 letters, so lines come out about even; none begins with a dot or says "From ".
const words = (
  'anchor basket candle dinner evening feather garden harbour island journey kitchen lantern market ' +
  'needle orchard pepper quiet ribbon saddle timber umbrella velvet window yellow zipper a the of to and ' +
  'with under over near before after slowly gladly carries follows gathers keeps finds mends'
).split(' ')

/** Not above 76: nodemailer sends longer lines quoted-printable, which would change the size. */
const WIDTH = 76
const CRLF_BYTES = 2
/** Ten characters and their line end: shorter texts look like mistakes to spam filters and providers. */
export const MIN_FILLER_BYTES = 12

/**
 * Readable text of which each line ends in `\n`, and which is exactly `sizeBytes` long once these have
 * become CRLF. Less than the minimum gives the minimum. The same size gives the same text.
 */
export function fillerText(sizeBytes: number): string {
  const random = createRandom('filler')
  const nextWord = () => words[random.integer(words.length)] as string

  const line = (maxWidth: number): string => {
    let text = nextWord()
    for (let word = nextWord(); text.length + 1 + word.length <= maxWidth; word = nextWord())
      text += ` ${word}`
    return text
  }
  const exactLine = (width: number): string => {
    let text = nextWord()
    while (text.length < width) text += ` ${nextWord()}`
    return `${text.slice(0, width - 1)}.`
  }

  const lines: string[] = []
  let restBytes = Math.max(sizeBytes, MIN_FILLER_BYTES)
  while (restBytes > WIDTH + CRLF_BYTES) {
    // Leaves at least the minimum for the last line.
    const text = line(Math.min(WIDTH, restBytes - CRLF_BYTES - MIN_FILLER_BYTES))
    lines.push(text)
    restBytes -= text.length + CRLF_BYTES
  }
  lines.push(exactLine(restBytes - CRLF_BYTES), '')
  return lines.join('\n')
}
