/** Text in lines of at most `width`, broken at spaces; a longer word is cut. @param indent of all lines but the first */
export function wrapped(text: string, width: number, indent: string): string[] {
  const lines: string[] = []
  let line = ''
  const room = Math.max(1, width - indent.length)
  const words = text.split(' ').flatMap(word => word.match(new RegExp(`.{1,${room}}`, 'gsu')) ?? [])
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= width) line = longer
    else {
      lines.push(line)
      line = indent + word
    }
  }
  return line === '' ? lines : [...lines, line]
}

/** A line in lines of at most `width`: those that continue it stand two deeper than it does. */
export function hanging(line: string, width: number): string[] {
  const lead = /^ */.exec(line)?.[0] ?? ''
  return wrapped(line.slice(lead.length), width - lead.length, '  ').map(part => lead + part)
}
