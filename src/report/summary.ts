import type { FailureRow, LabelRow, TrialRow } from '../run-store/schema.ts'
import type { Check } from '../run-store/stored-run.ts'
import type { JudgedThreshold } from './material.ts'

const plural = (count: number, noun: string) =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`

const sum = (
  rows: readonly TrialRow[],
  column: 'accepted' | 'in_doubt' | 'aborted' | 'lost' | 'duplicated' | 'in_doubt_taken',
) => rows.reduce((total, row) => total + (row[column] ?? 0), 0)

/** What the sinks' receipts say of what the clients were told. */
export function ledgerLine(trials: readonly TrialRow[]): string | undefined {
  const compared = trials.filter(({ lost }) => lost !== null)
  const uncompared = trials.filter(
    ({ lost, target, client }) => lost === null && /^sink(?::|$)/.test(target ?? '') && client !== 'null',
  )
  if (compared.length === 0) {
    return uncompared.length > 0 ? "Sinks' receipts: none, the sinks' process is gone." : undefined
  }
  const [accepted, lost, duplicated, inDoubt] = [
    sum(compared, 'accepted'),
    sum(compared, 'lost'),
    sum(compared, 'duplicated'),
    sum(compared, 'in_doubt'),
  ]
  const verdict = `${lost} lost, ${duplicated} duplicated`
  const doubt = inDoubt === 0 ? '' : `; of ${inDoubt} in doubt ${sum(compared, 'in_doubt_taken')} were taken`
  const gone =
    uncompared.length === 0
      ? ''
      : ` None of ${plural(uncompared.length, 'trial')}: the sinks' process is gone.`
  return `Sinks' receipts: ${plural(accepted, 'message')} accepted, ${verdict}${doubt}.${gone}`
}

const shortMs = (ms: number) => String(Number(ms.toPrecision(2)))

/** What no client can go below on this machine: medians of the harness alone, and of the cheapest clients. */
export function floorLine(trials: readonly TrialRow[]): string | undefined {
  const kinds = new Map<string, number[]>()
  for (const { purpose, client, transport, latency_p50_ms: ms } of trials) {
    if (purpose !== 'floor' || ms === null) continue
    const kind = client === 'null' ? 'harness' : transport
    kinds.set(kind, [...(kinds.get(kind) ?? []), ms])
  }
  const parts = [...kinds].map(([kind, medians]) => {
    const ends = new Set([Math.min(...medians), Math.max(...medians)].map(shortMs))
    return `${kind} ${[...ends].join('-')} ms`
  })
  return parts.length > 0 ? `Floors (p50): ${parts.join(', ')}.` : undefined
}

/** Fewer repetitions than this are too few to say how repetitions vary. */
const REPETITIONS_MIN = 6

/** What to think of the intervals: simulated, three repetitions cover 80 % where 95 % is meant, ten 94 %. */
export function intervalLine(labels: readonly LabelRow[]): string | undefined {
  const fewest = Math.min(...labels.map(({ repetitions }) => repetitions))
  if (labels.length === 0 || fewest >= REPETITIONS_MIN || fewest === 0) return undefined
  return `Intervals: of ${plural(fewest, 'repetition')} too narrow; --repeat 10 makes them what they say.`
}

/** What was never sent came to no phase, and nothing of the server's is its cause. */
const DROPPED = 'dropped: due when as many as --max-in-flight allows were on their way, so never sent'

/** How a submission ended, where, and why. */
export function failureInWords({
  outcome,
  phase,
  cause,
  code,
  enhanced_code,
}: Pick<FailureRow, 'outcome' | 'phase' | 'cause' | 'code' | 'enhanced_code'>): string {
  if (outcome === 'dropped') return DROPPED
  const codes = [code, enhanced_code].filter(part => part !== null).join(' ')
  return `${outcome} in ${phase ?? '?'} (${[cause ?? 'no cause', codes].filter(Boolean).join(', ')})`
}

/** The most frequent ways in which submissions ended other than accepted. */
export function failureLines(failures: readonly FailureRow[], most: number): string[] {
  const kinds = new Map<string, { count: number; example: string | null }>()
  for (const failure of failures) {
    const key = `${failure.label}: ${failureInWords(failure)}`
    const kind = kinds.get(key) ?? { count: 0, example: failure.example }
    kinds.set(key, { ...kind, count: kind.count + failure.count })
  }
  const sorted = [...kinds].sort(([, a], [, b]) => b.count - a.count)
  const lines = sorted.slice(0, most).map(([key, { count, example }]) => {
    return `  ${count.toLocaleString('en-US')} x ${key}${example === null ? '' : `: ${example}`}`
  })
  return sorted.length > most ? [...lines, `  and ${sorted.length - most} more kinds in failures.csv`] : lines
}

/** Failures that the plan makes on purpose, apart from accidents. */
export function plannedFailureLines(failures: readonly FailureRow[], most: number): string[] {
  const lines = failureLines(failures, most)
  return lines.length > 0 ? ['Refused as planned, of credentials that are wrong on purpose:', ...lines] : []
}

/** Labels that measured nothing, and why. */
export function invalidLines(labels: readonly LabelRow[]): string[] {
  return labels
    .filter(({ valid }) => !valid)
    .map(({ label, invalid_because }) => `  ! ${label}: ${invalid_because}`)
}

/** What a check that failed tells the reader. Those that only note say what to make of it. */
const meanings: Readonly<Record<string, string>> = {
  whole: 'cut short by --duration, before all its messages were sent',
  'event-loop': "the clients' own CPU time was the bottleneck",
  stationary: 'the second half differed from the first',
  machine: 'the machine gave its processors to others',
}

/** How the machine compares with what it once was; one that is slower is told of with the checks that failed. */
export function machineLine(checks: readonly Check[]): string | undefined {
  const beside = checks.find(({ check, trial }) => check === 'machine-floor' && trial === null)
  return beside?.ok ? `Machine: ${beside.detail}.` : undefined
}

/** How the self-checks came out: one line when all hold, otherwise a line for each kind that does not. */
export function checkLines(checks: readonly Check[]): string[] {
  if (checks.length === 0) return []
  const failed = checks.filter(({ ok }) => !ok)
  const kinds = new Map<string, Check[]>()
  for (const check of failed) kinds.set(check.check, [...(kinds.get(check.check) ?? []), check])
  const invalid = failed.filter(({ invalidates }) => invalidates).length
  const trials = new Set(checks.flatMap(({ trial }) => trial ?? [])).size
  const head = `Self-checks: ${plural(checks.length, 'check')} of ${plural(trials, 'trial')}, ${invalid} failed, ${failed.length - invalid} noted.`
  const lines = [...kinds].map(([kind, found]) => {
    const [first] = found
    const where =
      first?.trial === null
        ? 'the run'
        : found.length === 1
          ? `trial ${first?.trial}`
          : `${found.length} trials, e.g. ${first?.trial}`
    return `  ${first?.invalidates ? '!' : '-'} ${kind} (${where}): ${meanings[kind] ?? first?.detail}`
  })
  return [head, ...lines]
}

/** Thresholds: of those that hold, the label that is nearest to the limit; of the others, each label that fails. */
export function thresholdLines(results: readonly JudgedThreshold[]): string[] {
  if (results.length === 0) return []
  const held = results.filter(({ ok }) => ok).length
  const lines = results
    .filter(({ ok, nearest }) => !ok || nearest)
    .map(({ threshold, label, ok, found }) => {
      const who = label === null ? '' : `${label} has `
      return `  ${ok ? '-' : '!'} ${threshold}: ${ok ? 'nearest, ' : ''}${who}${found}`
    })
  return [`Thresholds: ${held} of ${results.length} hold.`, ...lines]
}
