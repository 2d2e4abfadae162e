import { UsageError } from '../../errors.ts'
import type { TrialRow } from '../../run-store/schema.ts'
import { parseShare } from '../../units.ts'

type NumberColumn = {
  [Column in keyof TrialRow]: TrialRow[Column] extends number | null ? Column : never
}[keyof TrialRow]

/** A figure that varies from one repetition to the next. */
export interface TimedMetric {
  readonly name: NumberColumn
  readonly better: 'lower' | 'higher'
  /** A change below this is none: a share of the base, of `failure_rate` a difference of shares. */
  readonly noise: number
}

/** The defaults are what interleaved repetitions on a quiet machine differ by without a cause. */
export const timedMetrics: readonly TimedMetric[] = [
  { name: 'latency_p50_ms', better: 'lower', noise: 0.05 },
  { name: 'latency_p90_ms', better: 'lower', noise: 0.05 },
  { name: 'latency_p99_ms', better: 'lower', noise: 0.1 },
  { name: 'throughput_per_s', better: 'higher', noise: 0.05 },
  { name: 'client_cpu_us_per_message', better: 'lower', noise: 0.05 },
  { name: 'failure_rate', better: 'lower', noise: 0.005 },
]

/** What of a trial, or of a label of trials, tells how far its counts may vary. */
type Condition = Pick<TrialRow, 'client' | 'tls' | 'http_version'>

/** A figure that does not vary with the machine: any change of it has a cause. */
export interface CountedMetric {
  readonly name: NumberColumn
  /** By how much it may vary from `base` all the same, for a row's own reasons. */
  slack(row: Condition, base: number): number
}

const exact = () => 0

/** What TLS 1.3 adds to each record (RFC 8446, section 5.2): 5 of header, 1 of content type, 16 of authentication tag. */
const RECORD_OCTETS = 22
/** Pieces that a client writes a message in, and time gathers in fewer records: nodemailer composes as it sends. */
const piecesOf = ({ client }: Condition) => (client === 'nodemailer' ? 16 : 2)

/**
 * Under TLS: signatures of certificates (ECDSA, in DER) vary by a few octets from run to run, and what is written at
 * once is one record, in pieces several. HTTP/2 sends WINDOW_UPDATE when it finds the time. Without TLS octets are exact.
 */
function octets(row: Condition, base: number): number {
  const varies = (row.tls !== null && row.tls !== 'none') || row.http_version === '2'
  return varies ? Math.max(0.01 * base, piecesOf(row) * RECORD_OCTETS) : 0
}

export const countedMetrics: readonly CountedMetric[] = [
  { name: 'round_trips_setup', slack: exact },
  { name: 'round_trips_per_message', slack: exact },
  { name: 'bytes_up_per_message', slack: octets },
  { name: 'bytes_down_per_message', slack: octets },
  { name: 'connections', slack: exact },
  { name: 'calls', slack: exact },
  { name: 'lost', slack: exact },
  { name: 'duplicated', slack: exact },
]

const shortName = (name: string) => name.replace(/_(ms|per_s|us_per_message)$/, '')

/**
 * The metrics with other noise thresholds: `5%` for all, `latency.p99=15%` for one.
 * @throws UsageError
 */
export function withNoise(texts: readonly string[]): readonly TimedMetric[] {
  let metrics = timedMetrics
  for (const text of texts) {
    const [value = '', metric] = text.split('=').reverse()
    let noise: number
    try {
      noise = parseShare(value)
    } catch {
      throw new UsageError(`--noise: "${value}" is no share: write 5%, or METRIC=5%`)
    }
    const name = metric?.trim().replaceAll('.', '_')
    const known = metrics.map(each => shortName(each.name))
    if (name !== undefined && !metrics.some(each => [each.name, shortName(each.name)].includes(name)))
      throw new UsageError(`--noise: "${metric}" is not compared: known are ${known.join(', ')}`)
    metrics = metrics.map(each =>
      name === undefined || [each.name, shortName(each.name)].includes(name) ? { ...each, noise } : each,
    )
  }
  return metrics
}
