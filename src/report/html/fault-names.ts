import type { LabelRow } from '../../run-store/schema.ts'

/** What is longer is no name for a row of a chart. */
const NAME_MAX = 24

/** The plan's own word for several faults: `faults-1%`, `faults-every-20`. */
const wordOf = ({ label }: LabelRow) => /(?:^|\s)(faults-\S{1,17})(?=\s|$)/.exec(label)?.[1]

/** A short name for each list of faults that these labels met, unlike any other's: the plan's where it has one. */
export function faultNames(rows: readonly LabelRow[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const fault of new Set(rows.flatMap(row => row.fault ?? []))) {
    const words = rows.filter(row => row.fault === fault).flatMap(row => wordOf(row) ?? [])
    const taken = [...names.values()]
    const short = [...(fault.length <= NAME_MAX ? [fault] : []), ...words].find(name => !taken.includes(name))
    names.set(fault, short ?? `faults (${names.size + 1})`)
  }
  return names
}

/** What the names stand for, where that is more than they say: `faults-1%: 1% reset at any and …`. */
export const faultLegend = (names: ReadonlyMap<string, string>): string[] =>
  [...names].flatMap(([fault, name]) => (name === fault ? [] : [`${name}: ${fault}`]))
