import { NONE, percent } from '../figure-text.ts'
import { phases } from '../phase.ts'
import type { FailureRow, InjectedRow, LabelRow } from '../run-store/schema.ts'
import { namedCauses } from '../stats/named-causes.ts'
import { wilsonInterval } from '../stats/proportion.ts'
import { aligned } from './align.ts'
import { clip, fitted } from './fit.ts'
import { hanging } from './wrap.ts'

/** What a run left behind that tells of failures: of its measured trials. */
export interface Failures {
  readonly labels: readonly LabelRow[]
  readonly failures: readonly FailureRow[]
  readonly injected: readonly InjectedRow[]
}

function interval(events: number, n: number): string {
  const bounds = wilsonInterval(events, n)
  return bounds ? `${percent(bounds.low)}-${percent(bounds.high)}` : NONE
}

const number = (count: number | null) => (count === null ? NONE : count.toLocaleString('en-US'))

/** A submission that was attempted again tells of its end, and not of all that it met. */
const isSingle = ({ attempted, attempts }: LabelRow) => attempted === attempts

/** One fault of a connection that messages share is the fault of all of them. */
const isShared = ({ http_version, connection }: LabelRow) => http_version === '2' && connection === 'reuse'

const ofLabel = <Row extends { readonly label: string }>(rows: readonly Row[], { label }: LabelRow) =>
  rows.filter(row => row.label === label)

function ledgerRow(label: LabelRow, { failures, injected }: Failures, room?: number): string[] {
  const {
    right,
    reported,
    coded,
    injected: done,
  } = namedCauses(ofLabel(failures, label), ofLabel(injected, label))
  const isJudged = isSingle(label) && !isShared(label) && reported > 0
  return [
    clip(label.label, room),
    number(done),
    percent(label.failure_rate),
    label.failure_rate === null
      ? NONE
      : `${percent(label.failure_rate_low)}-${percent(label.failure_rate_high)}`,
    number(label.in_doubt),
    number(label.in_doubt_taken),
    number(label.lost),
    number(label.duplicated),
    isJudged ? `${number(right)}/${number(reported)}` : NONE,
    isJudged ? percent(coded / reported) : NONE,
  ]
}

const ledgerHead = [
  'what went wrong',
  'faults',
  'failed',
  '95% CI',
  'in doubt',
  'taken',
  'lost',
  'doubled',
  'cause right',
  'code',
] as const

/** What a narrow terminal loses, in this order; labels.csv and injected.csv have it. */
const sacrifices: readonly (typeof ledgerHead)[number][] = ['95% CI', 'code', 'faults', 'cause right']

function ledgerTable(run: Failures, width: number): string[] {
  const labels = run.labels.filter(({ fault }) => fault !== null)
  const without = (gone: typeof sacrifices, room?: number) => {
    const rows = [[...ledgerHead], ...labels.map(label => ledgerRow(label, run, room))]
    return aligned(rows.map(row => row.filter((_, i) => !gone.some(head => head === ledgerHead[i]))))
  }
  const names = labels.map(({ label }) => label)
  return fitted(sacrifices, names, width, without)
}

/** Labels of one transport, version of HTTP, kind of connection and faults, whatever the client: what the protocol is exposed to. */
interface Exposure {
  readonly name: string
  readonly labels: LabelRow[]
}

/** Each list of faults by a letter: in full they are long. */
function lettersOf(labels: readonly LabelRow[]): Map<string, string> {
  const faults = [...new Set(labels.flatMap(({ fault }) => fault ?? []))]
  return new Map(faults.map((fault, i) => [fault, i < 26 ? String.fromCharCode(97 + i) : `a${i}`]))
}

function exposures(labels: readonly LabelRow[], letters: ReadonlyMap<string, string>): Exposure[] {
  const found = new Map<string, Exposure>()
  for (const label of labels.filter(isSingle)) {
    const letter = letters.get(label.fault ?? '')
    if (letter === undefined) continue
    const version = label.http_version === '2' ? ' h2' : ''
    const name = `${label.transport}${version} ${label.connection ?? ''} (${letter})`
    const known = found.get(name) ?? { name, labels: [] }
    known.labels.push(label)
    found.set(name, known)
  }
  return [...found.values()]
}

const FAILED: readonly string[] = ['deferred', 'rejected', 'faulted']

function phaseRow({ name, labels }: Exposure, failures: readonly FailureRow[]): string[] {
  const own = labels
    .flatMap(label => ofLabel(failures, label))
    .filter(({ outcome }) => FAILED.includes(outcome))
  const failed = own.reduce((sum, { count }) => sum + count, 0)
  const decided = labels.reduce((sum, { accepted }) => sum + accepted, failed)
  const inDoubt = labels.reduce((sum, row) => sum + row.in_doubt, 0)
  const attempted = labels.reduce((sum, row) => sum + row.attempted, 0)
  const byPhase = phases.flatMap(phase => {
    const count = own.filter(row => row.phase === phase).reduce((sum, row) => sum + row.count, 0)
    return count > 0 ? [`${phase} ${percent(count / decided)}`] : []
  })
  return [
    name,
    number(attempted),
    decided > 0 ? percent(failed / decided) : NONE,
    interval(failed, decided),
    attempted > 0 ? percent(inDoubt / attempted) : NONE,
    interval(inDoubt, attempted),
    byPhase.join(', '),
  ]
}

function phaseTable(
  { labels, failures }: Failures,
  letters: ReadonlyMap<string, string>,
  width: number,
): string[] {
  const rows = exposures(labels, letters).map(exposure => phaseRow(exposure, failures))
  const { lines } = aligned([
    ['all clients', 'n', 'failed', '95% CI', 'in doubt', '95% CI'],
    ...rows.map(row => row.slice(0, -1)),
  ])
  // The last column is prose, and as long as it is: below its row where it would not fit.
  const tails = rows.map(row => row.at(-1) || NONE)
  const edge = Math.max(...lines.map(each => each.length))
  if (edge + 2 + Math.max(...tails.map(tail => tail.length)) <= width)
    return lines.map((line, i) => `${line.padEnd(edge)}  ${i === 0 ? 'failed in' : tails[i - 1]}`)
  return lines.flatMap((line, i) =>
    i === 0 || tails[i - 1] === NONE ? [line] : [line, ...hanging(`  in ${tails[i - 1]}`, width)],
  )
}

/**
 * What went wrong where it was meant to: a label's failures beside its ledger, then each transport's by phase.
 * Undefined where nothing was to go wrong. Wider than `width` only where names leave nothing to drop.
 */
export function renderFailures(run: Failures, width: number): string | undefined {
  const letters = lettersOf(run.labels)
  if (letters.size === 0) return undefined
  const legend = [...letters].flatMap(([fault, letter]) => hanging(`  (${letter}) ${fault}`, width))
  return [...ledgerTable(run, width), '', ...phaseTable(run, letters, width), ...legend].join('\n')
}
