import type { aligned } from './align.ts'

const LABEL_MAX = 44

/** Takes out the middle: labels of one base differ at their ends. */
export function clip(text: string, width = LABEL_MAX): string {
  if (text.length <= width) return text
  const head = Math.floor((width - 3) / 2)
  return `${text.slice(0, head)}...${text.slice(text.length - (width - 3 - head))}`
}

/** Names shorter than this tell nobody much. */
const LABEL_MIN = 30

/**
 * How long names may be where a table is wider by `excess` than its terminal. What is shorter must still tell them
 * apart.
 * @param least names that are no longer stay whole
 */
export function roomForNames(names: readonly string[], excess: number, least = LABEL_MIN): number {
  const differing = (width: number) => new Set(names.map(name => clip(name, width))).size
  const longest = Math.min(LABEL_MAX, Math.max(0, ...names.map(({ length }) => length)))
  if (excess <= 0 || longest <= least) return LABEL_MAX
  let room = Math.max(least, longest - excess)
  while (room < longest && differing(room) < differing(LABEL_MAX)) room++
  return room
}

/**
 * The lines of a table that loses what it can do without, one after the other, until it is no wider than `width`, and
 * then the middles of its names.
 * @param without lays it out without these, its names no longer than `room`
 */
export function fitted<Column>(
  sacrifices: readonly Column[],
  names: readonly string[],
  width: number,
  without: (gone: readonly Column[], room?: number) => ReturnType<typeof aligned>,
): string[] {
  let gone: readonly Column[] = []
  while (gone.length < sacrifices.length && without(gone).width > width)
    gone = sacrifices.slice(0, gone.length + 1)
  return without(gone, roomForNames(names, without(gone).width - width)).lines
}
