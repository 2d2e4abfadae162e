interface TerminalOptions {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly colors?: boolean
}

const sequence = /\u001b\[(\?)?(\d*)([A-Za-z])/y

/** What a terminal shows of what is written to it, by as much of ECMA-48 as log-update uses. */
function createScreen(columns: number) {
  const lines: string[] = ['']
  let [row, column] = [0, 0]

  function put(char: string): void {
    if (char === '\n') [row, column] = [row + 1, 0]
    else if (char >= ' ') {
      const line = (lines[row] ?? '').padEnd(column)
      lines[row] = line.slice(0, column++) + char + line.slice(column)
    }
    lines[row] ??= ''
    // A real one would go on in the next line, and every frame after that would be torn.
    if (column > columns) throw new Error(`wider than ${columns} columns: ${lines[row]}`)
  }

  function obey(final: string, digits: string): void {
    const times = Number(digits || 1)
    if (final === 'A') row -= times
    else if (final === 'B') row += times
    else if (final === 'G') column = times - 1
    else if (final === 'K') lines[row] = digits === '2' ? '' : (lines[row] ?? '').slice(0, column)
  }

  return {
    write(text: string): void {
      for (let at = 0; at < text.length; ) {
        sequence.lastIndex = at
        const [whole, isPrivate, digits = '', final = ''] = sequence.exec(text) ?? []
        if (whole === undefined) put(text[at] as string)
        else if (!isPrivate) obey(final, digits)
        at += whole?.length ?? 1
      }
    },
    lines: () => lines.map(line => line.trimEnd()).filter(line => line !== ''),
  }
}

/** A stream that keeps what is written to it, and can tell what a terminal would show. */
export function fakeTerminal({ isTTY = true, columns = 100, colors = false }: TerminalOptions) {
  const written: string[] = []
  const screen = createScreen(isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY)
  const write = (text: string) => {
    screen.write(text)
    return written.push(text) > 0
  }
  return {
    stream: { isTTY, columns, rows: 40, hasColors: () => colors, write } as unknown as NodeJS.WriteStream,
    text: () => written.join(''),
    screen: screen.lines,
    writes: () => written.length,
    widest: () => Math.max(...screen.lines().map(line => line.length)),
  }
}
