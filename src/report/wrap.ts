/** Words in lines of at most `width`, but for those that are longer themselves. */
function filled(words: readonly string[], width: number, indent: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line === '' || longer.length <= width) line = longer
    else {
      lines.push(line)
      line = indent + word
    }
  }
  return line === '' ? lines : [...lines, line]
}

/** Text in lines of at most `width`, broken at spaces; a longer word is cut. @param indent of all lines but the first */
export function wrapped(text: string, width: number, indent: string): string[] {
  const room = Math.max(1, width - indent.length)
  const words = text.split(' ').flatMap(word => word.match(new RegExp(`.{1,${room}}`, 'gsu')) ?? [])
  return filled(words, width, indent)
}

/** The same, but a longer word is left whole: a URL can then be copied. */
export const wrappedWhole = (text: string, width: number): string[] => filled(text.split(' '), width, '')

/** A line in lines of at most `width`: those that continue it stand two deeper than it does. */
export function hanging(line: string, width: number): string[] {
  const lead = /^ */.exec(line)?.[0] ?? ''
  return wrapped(line.slice(lead.length), width - lead.length, '  ').map(part => lead + part)
}
