import { expect, it } from 'vitest'
import { NS_PER_MS, NS_PER_S, systemClock } from '../clock.ts'
import { loadTemplate } from '../message/corpus.ts'
import { generic } from '../provider/generic.ts'
import { createRandom } from '../random.ts'
import { compareLedger } from '../stats/ledger.ts'
import { mergedBins, percentile } from '../stats/quantile.ts'
import { conditionsOf } from './condition.ts'
import { type FarSide, startFarSide } from './far-side.ts'
import type { Plan } from './plan.ts'
import { createSecrets } from './secrets.ts'
import { runTrial } from './trial.ts'

const RUN = '0badcafe'

/** One trial of undici in clear text against a sink of its own. */
async function trial(farSide: FarSide, plan: Plan) {
  const [condition] = conditionsOf({ api: 'sink', client: 'undici', ...plan })
  const [endpoint] = farSide.endpoints
  if (!condition || !endpoint) throw new Error('no condition, or no sink')
  const { host, port } = endpoint
  return await runTrial({
    condition,
    target: { protocol: 'http', address: { host, port }, encrypted: false, display: 'sink' },
    template: await loadTemplate('password-reset', { run: RUN, trial: 1 }),
    trust: { insecure: false, resume: false },
    provider: generic,
    secrets: createSecrets(),
    clock: systemClock,
    random: createRandom('open'),
    signal: new AbortController().signal,
    onSample() {},
  })
}

const openSink = () =>
  startFarSide({ listeners: [{ protocol: 'http', tls: 'none', auth: false }], script: {}, seed: 'open' })

it('drives 2,000 a second for 30 seconds, and accounts for every submission that was due', async () => {
  await using farSide = await openSink()
  const { recording, pace } = await trial(farSide, {
    rate: 2000,
    duration: '30s',
    warmup: 500,
    max_in_flight: 20_000,
  })
  const { scheduled, accepted, dropped } = recording.figures
  expect({ scheduled, accepted, dropped }).toEqual({ scheduled: 60_000, accepted: 60_000, dropped: 0 })
  const achieved = ((pace.starts - 1) * NS_PER_S) / pace.startSpanNs
  expect(Math.abs(achieved / 2000 - 1)).toBeLessThan(0.002)
  const receipts = await farSide.receipts(RUN, 1)
  if (!receipts) throw new Error('the sink is gone')
  expect(compareLedger(recording.outcomes, receipts.counts)).toEqual({
    lost: 0,
    duplicated: 0,
    inDoubtTaken: 0,
    abortedTaken: 0,
    takenUnaccounted: 0,
  })
}, 60_000)

it('a sink that stops for a second inflates response times by what theory gives', async () => {
  await using farSide = await openSink()
  const durationNs = 10 * NS_PER_S
  const stallNs = NS_PER_S
  const running = trial(farSide, { rate: 500, duration: '10s', warmup: 500, max_in_flight: 2000 })
  // The warm-up takes a second, so that the stall lies well within the measured part.
  await systemClock.sleep(4 * NS_PER_S)
  const stoppedNs = systemClock.nowNs()
  process.kill(farSide.pid, 'SIGSTOP')
  await systemClock.until(stoppedNs + stallNs)
  process.kill(farSide.pid, 'SIGCONT')
  const stalledNs = systemClock.nowNs() - stoppedNs
  const { recording } = await running
  expect(recording.figures.accepted).toBe(5000)
  // Due instants are spread evenly: those within the first (T - x) of a stall of T wait longer than x, so
  // that the quantile p of all response times in D is T - (1 - p) D.
  const bins = mergedBins(recording.latencyBlocks)
  for (const p of [0.98, 0.99]) {
    const theoryNs = stalledNs - (1 - p) * durationNs
    const measuredNs = percentile(bins, p) ?? 0
    expect(Math.abs(measuredNs / theoryNs - 1), `p${p * 100}: ${measuredNs / NS_PER_MS} ms`).toBeLessThan(
      0.05,
    )
  }
  // Before and after it, nothing waited.
  expect((percentile(bins, 0.5) ?? 0) / stalledNs).toBeLessThan(0.05)
}, 60_000)
