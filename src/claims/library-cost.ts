import { conditionColumns, type LabelRow } from '../run-store/schema.ts'

/** The mode in which the wire client says what a library says: nodemailer pipelines (RFC 2920), undici does not. */
const protocolMode = { smtp: 'pipelined', http: 'lockstep' } as const

/** What a library client costs a message beyond what its protocol does: the wire client under the same condition. */
export interface LibraryCost {
  readonly label: string
  readonly latencyMs: number
  /** Library / protocol. */
  readonly latencyRatio: number
  readonly cpuUs: number | null
  readonly cpuRatio: number | null
}

const varies: readonly string[] = ['client', 'mode']
const sameCondition = (a: LabelRow, b: LabelRow) =>
  a.idempotency === b.idempotency &&
  conditionColumns.every(column => varies.includes(column) || a[column] === b[column])

function costOf(library: LabelRow, wire: LabelRow): LibraryCost | undefined {
  const [ours, bare] = [library.latency_p50_ms, wire.latency_p50_ms]
  if (ours === null || bare === null || bare === 0) return undefined
  const [cpu, bareCpu] = [library.client_cpu_us_per_message, wire.client_cpu_us_per_message]
  return {
    label: library.label,
    latencyMs: ours - bare,
    latencyRatio: ours / bare,
    cpuUs: cpu === null || bareCpu === null ? null : cpu - bareCpu,
    cpuRatio: cpu === null || !bareCpu ? null : cpu / bareCpu,
  }
}

/** One for each label of a library client that has a twin of the wire client in the run. */
export function libraryCosts(labels: readonly LabelRow[]): LibraryCost[] {
  const wires = labels.filter(
    ({ client, mode, transport }) => client === 'wire' && mode === protocolMode[transport],
  )
  return labels.flatMap(row => {
    // Where something goes wrong, how long a client waits to try again says nothing of what it costs.
    if (row.client === 'wire' || row.client === 'null' || row.fault !== null) return []
    const twin = wires.find(wire => sameCondition(row, wire))
    const cost = twin && costOf(row, twin)
    return cost ? [cost] : []
  })
}
