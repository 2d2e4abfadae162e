import type { LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import type { Comparison } from './comparison.ts'
import { circumstancesOf } from './condition.ts'

/** What a change takes off the median latency of a message. */
export interface Saving {
  /** The change, as an advice: `keep SMTP connections open`. */
  readonly change: string
  readonly ms: number
}

type Kind = Partial<Pick<LabelRow, 'transport' | 'client' | 'mode' | 'http_version' | 'connection'>>

/** Less than this share of the slower side is not worth a change. */
const WORTHWHILE = 0.05

/** All labels in the circumstances of a comparison, of whatever client and connection. */
function neighboursOf({ labels }: StoredRun, { circumstances }: Comparison): LabelRow[] {
  const key = JSON.stringify({ ...circumstances, connection: '' })
  return labels.filter(
    row => row.repetitions > 0 && JSON.stringify({ ...circumstancesOf(row), connection: '' }) === key,
  )
}

/** What to change, the most rewarding first, in the circumstances of a comparison. */
export function savingsIn(run: StoredRun, comparison: Comparison): Saving[] {
  const rows = neighboursOf(run, comparison)
  const p50 = (kind: Kind) => {
    const found = rows.find(row =>
      Object.entries(kind).every(([column, value]) => row[column as keyof Kind] === value),
    )
    return found?.latency_p50_ms ?? null
  }
  const { smtp, http } = comparison
  const kindOf = ({ transport, client, mode, http_version }: LabelRow) => ({
    transport,
    client,
    mode,
    http_version,
  })
  const sides = [
    { name: 'SMTP', kind: kindOf(smtp) },
    { name: 'API', kind: kindOf(http) },
  ]
  const [ours, theirs] = sides.map(({ kind }) => p50({ ...kind, connection: 'reuse' })) as [
    number | null,
    number | null,
  ]
  const bare = (mode: string) => p50({ transport: 'smtp', client: 'wire', mode, connection: 'reuse' })
  const changes: readonly (readonly [change: string, before: number | null, after: number | null])[] = [
    ...sides.map(
      ({ name, kind }) =>
        [
          `keep ${name} connections open`,
          p50({ ...kind, connection: 'fresh' }),
          p50({ ...kind, connection: 'reuse' }),
        ] as const,
    ),
    ['pipeline SMTP commands (RFC 2920), as nodemailer does', bare('lockstep'), bare('pipelined')],
    ['send in chunks over SMTP (RFC 3030)', bare('pipelined'), bare('chunked')],
    ['send by the API instead, both kept open', ours, theirs],
    ['send by SMTP instead, both kept open', theirs, ours],
  ]
  return changes
    .flatMap(([change, before, after]) =>
      before !== null && after !== null && before - after > WORTHWHILE * before
        ? [{ change, ms: before - after }]
        : [],
    )
    .sort((a, b) => b.ms - a.ms)
}
