import { NONE, short } from '../figure-text.ts'
import type { LabelRow, MergeRow, TrialRow } from '../run-store/schema.ts'
import { median, medianInterval } from '../stats/median.ts'
import { aligned } from './align.ts'
import { clip, fitted } from './fit.ts'

/** One way of sending a mail merge: medians over its repetitions. */
export interface MergeWay {
  readonly label: string
  readonly totalMs: number
  /** undefined where there are too few repetitions to say. */
  readonly interval: { readonly low: number; readonly high: number } | undefined
  /** Of the quickest way of its group, per accepted message: to be refused is not to be quick. */
  readonly ratio: number
  readonly accepted: number
  readonly messagesPerS: number | null
  readonly calls: number | null
  readonly roundTrips: number | null
  readonly bytes: number | null
  readonly memoryBytes: number | null
}

/** Ways that sent the same job over the same network, the quickest first. */
export interface MergeGroup {
  readonly messages: number
  readonly rttMs: number
  readonly fault: string | null
  readonly ways: readonly MergeWay[]
}

type Figure = keyof { [Key in keyof MergeRow as MergeRow[Key] extends number | null ? Key : never]: true }

const middle = (rows: readonly MergeRow[], figure: Figure): number | null =>
  median(rows.map(row => row[figure]).filter(value => value !== null)) ?? null

const sum = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b)

function wayOf(label: string, rows: readonly MergeRow[]): Omit<MergeWay, 'ratio'> {
  const totals = rows.map(({ total_ms }) => total_ms)
  return {
    label,
    totalMs: median(totals) ?? 0,
    interval: medianInterval(totals),
    accepted: middle(rows, 'accepted') ?? 0,
    messagesPerS: middle(rows, 'messages_per_s'),
    calls: middle(rows, 'calls'),
    roundTrips: middle(rows, 'round_trips'),
    bytes: sum(middle(rows, 'bytes_up'), middle(rows, 'bytes_down')),
    memoryBytes: middle(rows, 'memory_bytes'),
  }
}

/** What separates groups, as one text. */
const groupKey = ({ link_rtt_ms, fault }: LabelRow, [first]: readonly MergeRow[]) =>
  JSON.stringify([first?.messages, link_rtt_ms, fault])

function ranked(ways: readonly Omit<MergeWay, 'ratio'>[]): MergeWay[] {
  const costOf = ({ totalMs, accepted }: Omit<MergeWay, 'ratio'>) => totalMs / accepted
  const best = Math.min(...ways.map(costOf))
  return ways
    .map(way => ({ ...way, ratio: best > 0 ? costOf(way) / best : 1 }))
    .sort((a, b) => a.ratio - b.ratio)
}

/** The jobs of a run, by network. Trials that are invalid, or that no message was accepted of, rank nowhere. */
export function mergeGroups(
  labels: readonly LabelRow[],
  trials: readonly TrialRow[],
  merges: readonly MergeRow[],
): MergeGroup[] {
  const invalid = new Set(trials.filter(({ valid }) => !valid).map(({ trial }) => trial))
  const usable = merges.filter(({ trial, accepted }) => accepted > 0 && !invalid.has(trial))
  const groups = new Map<string, { label: LabelRow; messages: number; ways: Omit<MergeWay, 'ratio'>[] }>()
  for (const label of labels) {
    const rows = usable.filter(row => row.label === label.label)
    const [first] = rows
    if (!first) continue
    const key = groupKey(label, rows)
    const group = groups.get(key) ?? { label, messages: first.messages, ways: [] }
    group.ways.push(wayOf(label.label, rows))
    groups.set(key, group)
  }
  return [...groups.values()].map(({ label, messages, ways }) => ({
    messages,
    rttMs: label.link_rtt_ms ?? 0,
    fault: label.fault,
    ways: ranked(ways),
  }))
}

const scaled = (value: number | null, unit: number) => short(value === null ? null : value / unit)
const KIB = 1024
/** Memory, as claim C5 has it. */
const MB = 1e6

function titleOf({ messages, rttMs, fault }: MergeGroup): string {
  const network = [`round-trip time ${rttMs} ms`, fault].filter(part => part !== null).join(', ')
  return `${messages.toLocaleString('en-US')} messages, ${network}`
}

/** The network stands in the title. */
const named = (label: string) => label.replace(/ rtt-\S+/, '')

const whole = (count: number | null) => (count === null ? NONE : count.toLocaleString('en-US'))

function cellsOf(way: MergeWay): string[] {
  const { interval } = way
  return [
    short(way.totalMs),
    interval ? `${short(interval.low)}-${short(interval.high)}` : NONE,
    `${short(way.ratio)} x`,
    short(way.messagesPerS),
    whole(way.calls),
    whole(way.roundTrips),
    scaled(way.bytes, KIB),
    scaled(way.memoryBytes, MB),
  ]
}

const heads = ['total ms', '95% CI', 'of best', 'msg/s', 'calls', 'trips', 'KiB', 'MB held'] as const

/** What a narrow terminal loses, in this order; merge.csv has it. */
const sacrifices: readonly (typeof heads)[number][] = ['MB held', 'KiB', 'msg/s', '95% CI']

/** How many were accepted is said where it was not all. */
function renderGroup(group: MergeGroup, width: number): string {
  const { messages, ways } = group
  const hasFailed = ways.some(({ accepted }) => accepted < messages)
  const names = ways.map(({ label }) => named(label))
  const without = (gone: typeof sacrifices, room?: number) => {
    const kept = (cells: readonly string[]) => cells.filter((_, i) => !gone.some(head => head === heads[i]))
    const rows = ways.map((way, i) => [
      clip(names[i] ?? '', room),
      ...kept(cellsOf(way)),
      ...(hasFailed ? [whole(way.accepted)] : []),
    ])
    return aligned([[titleOf(group), ...kept(heads), ...(hasFailed ? ['accepted'] : [])], ...rows])
  }
  return fitted(sacrifices, names, width, without).join('\n')
}

/**
 * A table for each network: what the whole job took by each way. Undefined where a run has no jobs. Wider than `width`
 * only where names leave nothing to drop.
 */
export function renderMerges(
  labels: readonly LabelRow[],
  trials: readonly TrialRow[],
  merges: readonly MergeRow[],
  width: number,
): string | undefined {
  const groups = mergeGroups(labels, trials, merges)
  if (groups.length === 0) return undefined
  return groups.map(group => renderGroup(group, width)).join('\n\n')
}
