import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { exampleRun, librariesAt } from '../claims/run.fixture.ts'
import { NS_PER_S, systemClock } from '../clock.ts'
import { createRandom, type Random } from '../random.ts'
import type { PhaseRow, SampleRow, TrialRow } from '../run-store/schema.ts'
import { openRunWriter } from '../run-store/writer.ts'
import { SpanHistogram } from '../stats/histogram.ts'

/** 20 labels, ten times each. */
const SAMPLES = 1_000_000
const SAMPLES_A_TRIAL = SAMPLES / 200
/** What the report of so many may take: the one time that a test asserts, since it is promised. */
const MOST_S = 10
const MOST_MB = 300

let dir: string
beforeAll(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'mailbench-large-')), 'run')
  await writeLargeRun(dir)
}, 300_000)
afterAll(() => rm(join(dir, '..'), { recursive: true }))

/** Latencies as they are: most near the median, and a tail that is as long as another median and more. */
const latencyNs = (random: Random, medianMs: number) =>
  Math.round(medianMs * 1e6 * (0.8 + 0.2 * -Math.log(1 - random.next())))

function* samplesOf({ trial }: TrialRow, latenciesNs: readonly number[]): Generator<SampleRow> {
  for (const [index, ns] of latenciesNs.entries()) {
    const at = { due_ms: index, start_ms: index, end_ms: index + ns / 1e6 }
    const accepted = {
      outcome: 'accepted',
      phase: null,
      cause: null,
      code: 250,
      enhanced_code: '2.0.0',
    } as const
    yield {
      trial,
      index,
      message_id: `<${trial}.${index}@example.net>`,
      ...at,
      ...accepted,
      connection_id: 1,
      attempt: 1,
    }
  }
}

function phasesOf({ run_id, trial, label, latency_p50_ms: ms }: TrialRow): PhaseRow[] {
  const figures = { mean_ms: (ms ?? 0) / 2, p50_ms: ms, p90_ms: ms, p99_ms: ms, max_ms: ms, round_trips: 1 }
  return (['encode', 'reply'] as const).map(phase => ({
    run_id,
    trial,
    label,
    phase,
    n: SAMPLES_A_TRIAL,
    ...figures,
  }))
}

/** As running it does, but for the waiting. */
async function writeLargeRun(into: string): Promise<void> {
  const specs = librariesAt([0, 10, 20, 50, 100], { smtp: 4, http: 1 })
  const counts = { scheduled: SAMPLES_A_TRIAL, attempted: SAMPLES_A_TRIAL, accepted: SAMPLES_A_TRIAL }
  const run = exampleRun(
    specs.map(spec => ({ ...spec, ...counts })),
    { injected: [], merges: [] },
  )
  const writer = await openRunWriter(into, run, { samples: true })
  const random = createRandom('large')
  for (const row of run.trials) {
    const latency = new SpanHistogram()
    const latenciesNs = Array.from({ length: SAMPLES_A_TRIAL }, () =>
      latencyNs(random, row.latency_p50_ms ?? 1),
    )
    for (const ns of latenciesNs) latency.record(ns)
    const fault = await writer.trial({
      row,
      phases: phasesOf(row),
      failures: [],
      injected: [],
      timeline: [],
      histograms: [{ metric: 'latency', intervals: [{ startNs: 0, endNs: 1e9, histogram: latency.hdr }] }],
      samples: samplesOf(row, latenciesNs),
    })
    expect(fault).toBeUndefined()
  }
  await writer.labels(run.labels)
  await writer.finish('complete', '2026-11-23T09:16:00Z')
}

/** What a process says when it ends (getrusage): the most memory that it had, in kibibytes, and its CPU time, in us. */
const tellPeak = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
    process.stderr.write(JSON.stringify([maxRSS, userCPUTime + systemCPUTime]))
  })`,
)}`

/** `mailbench report`, in a process of its own. */
async function report(): Promise<{ wallS: number; cpuS: number; peakBytes: number }> {
  const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url))
  const beganNs = systemClock.nowNs()
  const child = spawn(process.execPath, ['--import', tellPeak, main, 'report', dir], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', chunk => {
    said += chunk
  })
  const status = await new Promise(resolve => child.on('close', resolve))
  const wallS = (systemClock.nowNs() - beganNs) / NS_PER_S
  expect({ status, said }).toEqual({ status: 0, said: expect.stringMatching(/^\[\d+,\d+\]$/) })
  const [peakKib, cpuUs] = JSON.parse(said) as [number, number]
  return { wallS, cpuS: cpuUs / 1e6, peakBytes: peakKib * 1024 }
}

it('keeps every submission of the run', async () => {
  const file = createReadStream(join(dir, 'samples.csv.gz')).pipe(createGunzip())
  let lines = 0
  for await (const _line of createInterface({ input: file })) lines += 1
  expect(lines).toBe(1 + SAMPLES)
}, 120_000)

it(`builds the reports of ${SAMPLES.toLocaleString('en-US')} kept samples in under ${MOST_S} s and ${MOST_MB} MB`, async () => {
  const { wallS, cpuS, peakBytes } = await report()
  console.log(`${wallS.toFixed(1)} s, ${cpuS.toFixed(1)} s CPU, ${(peakBytes / 1e6).toFixed(0)} MB`)
  expect((await stat(join(dir, 'report.html'))).size).toBeGreaterThan(100_000)
  expect(peakBytes).toBeLessThan(MOST_MB * 1e6)
  // Either: neighbours on a busy machine take of the one, and threads of the compiler's add to the other.
  expect(Math.min(wallS, cpuS)).toBeLessThan(MOST_S)
}, 120_000)
