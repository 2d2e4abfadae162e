import type { StoredRun } from '../run-store/stored-run.ts'
import { openRunWriter } from '../run-store/writer.ts'
import { SpanHistogram } from '../stats/histogram.ts'

/** Writes a run as running it does, its submissions all of their trial's median. */
export async function writeRun(dir: string, run: StoredRun): Promise<void> {
  const { run_id, name, started_at, command, seed, plan, environment, planned } = run
  const meta = { run_id, name, started_at, command, seed, plan, environment, planned }
  const writer = await openRunWriter(dir, meta)
  for (const row of run.trials) {
    const latency = new SpanHistogram()
    for (let i = 0; i < row.accepted; i++) latency.record(Math.round((row.latency_p50_ms ?? 0) * 1e6))
    const ofTrial = <Row extends { trial: number }>(rows: readonly Row[]) =>
      rows.filter(({ trial }) => trial === row.trial)
    await writer.trial({
      row,
      phases: ofTrial(run.phases),
      failures: ofTrial(run.failures),
      injected: ofTrial(run.injected),
      timeline: ofTrial(run.timeline),
      merge: run.merges.find(({ trial }) => trial === row.trial),
      histograms: [{ metric: 'latency', intervals: [{ startNs: 0, endNs: 1e9, histogram: latency.hdr }] }],
    })
  }
  await writer.labels(run.labels)
  await writer.checks(run.checks)
  await writer.finish(run.state === 'running' ? 'interrupted' : run.state, run.ended_at ?? started_at)
}
