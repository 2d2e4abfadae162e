import {
  type Circumstances,
  circumstanceNames,
  circumstancesOf,
  clientInWords,
  divided,
  inWords,
} from '../../claims/condition.ts'
import type { LabelRow } from '../../run-store/schema.ts'
import type { StoredRun } from '../../run-store/stored-run.ts'
import { plainText } from '../../run-store/text.ts'
import { clip } from '../fit.ts'
import { colourNames, type Dash, type Look, markers } from './chart/look.ts'

/** A label beside those that it is shown with. */
export interface Member {
  readonly row: LabelRow
  /** Tells it from the other members. */
  readonly name: string
  readonly look: Look
}

/** Labels that one chart can show: the same circumstances but for the connection. */
export interface Group {
  readonly title: string
  readonly members: readonly Member[]
  /** Labels that the chart has no room for. */
  readonly left: number
}

/** More lines in one chart cannot be told apart. */
const MEMBERS_MAX = 6

const isLibrary = ({ client }: LabelRow) => client !== 'wire'

/** Labels that have been measured, floors and calibrations aside. */
export const measuredLabels = ({ labels }: StoredRun) =>
  labels.filter(({ repetitions, client }) => repetitions > 0 && client !== 'null')

const transportName = ({ transport }: LabelRow) => (transport === 'smtp' ? 'SMTP' : 'API')

/** What figures rest on: `n 6,000`, `n 50 to 6,000`. */
export function samplesIn(counts: readonly number[]): string {
  const ends = counts.length === 0 ? [0] : [...new Set([Math.min(...counts), Math.max(...counts)])]
  return `n ${ends.map(count => count.toLocaleString('en-US')).join(' to ')}`
}

/** `SMTP nodemailer`, `API undici h2`. */
export const clientName = (row: LabelRow) => `${transportName(row)} ${clientInWords(row)}`

function gathered(rows: readonly LabelRow[], keyOf: (row: LabelRow) => string): LabelRow[][] {
  const groups = new Map<string, LabelRow[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return [...groups.values()]
}

const keyWithout =
  (...names: readonly (keyof Circumstances)[]) =>
  (row: LabelRow) =>
    JSON.stringify([
      isLibrary(row),
      { ...circumstancesOf(row), ...Object.fromEntries(names.map(name => [name, null])) },
    ])

const lines: Readonly<Record<string, Dash>> = { reuse: 'solid', fresh: 'dashed' }

/** One hue and marker a client, SMTP's first `a` and the API's first `b`; the dash is the connection's. */
function looksOf(rows: readonly LabelRow[]): Look[] {
  const clients = [...new Set(rows.map(clientName))]
  const firstOf = (transport: string) => {
    const row = rows.find(each => each.transport === transport)
    return row && clientName(row)
  }
  const firsts = [firstOf('smtp'), firstOf('http')]
  const others = clients.filter(client => !firsts.includes(client))
  const colourOf = (client: string) =>
    colourNames[
      firsts.includes(client)
        ? firsts.indexOf(client)
        : 2 + (others.indexOf(client) % (colourNames.length - 2))
    ]
  return rows.map(row => ({
    colour: colourOf(clientName(row)) ?? 'g',
    dash: lines[row.connection ?? ''] ?? 'dotted',
    marker: markers[clients.indexOf(clientName(row)) % (markers.length - 1)] ?? 'circle',
  }))
}

/** Targets and modes may be called whatever somebody likes. */
const NAME_MAX = 72
const TITLE_MAX = 120

const legible = (parts: readonly string[], most: number) =>
  clip(plainText(parts.filter(Boolean).join(', ')), most)

/**
 * These labels with names and looks that tell them apart.
 * @param faults names for lists of faults, which in full are too long for any chart
 */
export function membersOf(
  rows: readonly LabelRow[],
  faults: ReadonlyMap<string, string> = new Map(),
): Member[] {
  const all = rows.map(row => {
    const known = circumstancesOf(row)
    return { ...known, fault: faults.get(known.fault) ?? known.fault }
  })
  const { differing } = divided(all)
  const looks = looksOf(rows)
  const names = rows.map((row, i) =>
    legible([clientName(row), inWords(all[i] as Circumstances, differing)], NAME_MAX),
  )
  return rows.map((row, i) => {
    const [name = ''] = names.slice(i)
    // Retries and other terms are no circumstances, but stand in the label.
    const isTold = names.indexOf(name) === names.lastIndexOf(name)
    return { row, name: isTold ? name : legible([row.label], NAME_MAX), look: looks[i] as Look }
  })
}

const levelOf = (row: LabelRow | undefined) =>
  row && !isLibrary(row) ? 'Bare protocols' : 'Client libraries'

export interface Grouping {
  /** Each kind of connection by itself. @default false */
  readonly apart?: boolean
  /** The most members of a group. @default 6 */
  readonly most?: number
}

/** Groups of labels by all that is not compared; those that are too large are parted by connection. */
export function groupsOf(
  rows: readonly LabelRow[],
  { apart = false, most = MEMBERS_MAX }: Grouping = {},
): Group[] {
  const parts = gathered(rows, keyWithout('connection')).flatMap(group =>
    apart || group.length > most ? gathered(group, keyWithout()) : [group],
  )
  // Libraries first: they are what applications use.
  const sorted = [
    ...parts.filter(([first]) => first && isLibrary(first)),
    ...parts.filter(([first]) => first && !isLibrary(first)),
  ]
  const firsts = sorted.flatMap(([first]) => (first ? [circumstancesOf(first)] : []))
  const { differing } = divided(firsts)
  return sorted.map(group => {
    const inside = divided(group.map(circumstancesOf)).shared
    const [first] = group
    const named = circumstanceNames.filter(name => differing.includes(name) && inside.includes(name))
    const where = first ? inWords(circumstancesOf(first), named) : ''
    return {
      title: legible([levelOf(first), where], TITLE_MAX),
      members: membersOf(group.slice(0, most)),
      left: Math.max(0, group.length - most),
    }
  })
}
