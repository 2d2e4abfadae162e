import { describe, expect, it } from 'vitest'
import { around, exampleRun } from '../../../claims/run.fixture.ts'
import type { Bins } from '../../../run-store/bins.ts'
import type { StoredRun } from '../../../run-store/stored-run.ts'
import { createDraw } from '../figure.ts'
import type { Section } from '../section.ts'
import { capacitySection } from './capacity.ts'
import { checksSection } from './checks.ts'
import { distanceSection } from './distance.ts'
import { failuresSection } from './failures.ts'
import { latencySection } from './latency.ts'
import { overTimeSection } from './over-time.ts'
import { targetsSection } from './targets.ts'
import { whereTimeGoesSection } from './where-time-goes.ts'

const empty = { injected: [], merges: [] }

function rendered(section: Section, run: StoredRun, latencies = new Map<string, Bins>()): string {
  const draw = createDraw()
  const body = section.render({ run, latencies, thresholds: [] }, draw)
  return body ? draw.whole(body) : ''
}

/** The cells of the row that begins so. */
function cellsOf(page: string, head: string): string[] {
  const row = page.split('<tr>').find(each => each.startsWith(`<th scope="row">${head}</th>`)) ?? ''
  return [...row.matchAll(/<td[^>]*>([^<]*)/g)].map(([, cell]) => cell ?? '')
}

describe('latency', () => {
  const run = exampleRun([{ label: 'one', p50s: around(3) }], empty)
  const latencies = (counts: readonly number[]) =>
    new Map<string, Bins>([['one', counts.map((count, i) => [(i + 1) * 1e6, count])]])

  it('writes no percentile that its samples do not bound: p99 needs 368', () => {
    const few = cellsOf(rendered(latencySection, run, latencies([367])), 'SMTP nodemailer')
    const enough = cellsOf(rendered(latencySection, run, latencies([368])), 'SMTP nodemailer')
    expect(few).toEqual(['367', '1.00', '1.00', '1.00', '1.00', '-', '-', '-'])
    expect(enough).toEqual(['368', '1.00', '1.00', '1.00', '1.00', '1.00', '-', '-'])
  })

  it('takes percentiles of all values, not of medians', () => {
    const cells = cellsOf(rendered(latencySection, run, latencies([500, 400, 99, 1])), 'SMTP nodemailer')
    expect(cells.slice(1, 6)).toEqual(['1.00', '2.00', '2.00', '3.00', '3.00'])
  })

  it('has nothing to show where nothing was accepted', () => {
    expect(rendered(latencySection, run)).toBe('')
  })
})

it('shares the time of a connection among the messages that it carried', () => {
  const run = exampleRun([{ label: 'one', p50s: [3, 3], accepted: 100 }], empty)
  const phase = {
    run_id: 'r',
    label: 'one',
    p50_ms: null,
    p90_ms: null,
    p99_ms: null,
    max_ms: null,
    round_trips: null,
  }
  const phases = run.trials.flatMap(({ trial }) => [
    { ...phase, trial, phase: 'connect' as const, n: 5, mean_ms: 20 },
    { ...phase, trial, phase: 'reply' as const, n: 100, mean_ms: 2 },
  ])
  const page = rendered(whereTimeGoesSection, { ...run, phases })
  expect(page).toContain(
    '<td>connect</td><td class="number">1.00</td><td class="number">10</td><td class="number">20.0</td>',
  )
  expect(page).toContain(
    '<td>reply</td><td class="number">2.00</td><td class="number">200</td><td class="number">2.00</td>',
  )
  expect(page).toContain('SMTP nodemailer 3.00 ms')
})

it('says what share of a transport’s messages failed, in which step and for which reason', () => {
  const run = exampleRun(
    [
      { label: 'a', transport: 'smtp', scheduled: 200, p50s: [3] },
      { label: 'b', transport: 'http', client: 'undici', scheduled: 400, p50s: [3] },
    ],
    empty,
  )
  const failure = { run_id: 'r', enhanced_code: null, share: 0, first_at_ms: 0, example: null }
  const failures = [
    {
      ...failure,
      trial: 1,
      label: 'a',
      outcome: 'rejected',
      phase: 'envelope',
      cause: 'recipient',
      code: 550,
      count: 20,
    },
    {
      ...failure,
      trial: 2,
      label: 'b',
      outcome: 'faulted',
      phase: 'wait',
      cause: 'reset',
      code: null,
      count: 20,
    },
  ] as const
  const page = rendered(failuresSection, { ...run, failures: [...failures] })
  expect(page).toContain('SMTP: envelope 10.0 %')
  expect(page).toContain('API: wait 5.00 %')
})

describe('a course over time', () => {
  const second = {
    run_id: 'r',
    trial: 1,
    label: 'one',
    scheduled: 9,
    failed: 0,
    in_doubt: 0,
    in_flight: 0,
    p99_ms: 9,
  }
  const seconds = Array.from({ length: 6 }, (_, i) => ({
    ...second,
    second: i,
    accepted: 100 + i,
    p50_ms: i + 1,
  }))

  it('goes by second where trials are long, and gives the last one no rate', () => {
    const page = rendered(
      overTimeSection,
      exampleRun([{ label: 'one', p50s: [3] }], { ...empty, timeline: seconds }),
    )
    expect(page).toContain('second of the trial')
    expect(page).toContain(
      '<td class="number">4</td><td class="number">5</td><td class="number">9</td><td class="number">104</td>',
    )
    expect(page).toContain(
      '<td class="number">5</td><td class="number">6</td><td class="number">9</td><td class="number">-</td>',
    )
  })

  it('of a day is thinned: a page must stay small', () => {
    const day = Array.from({ length: 86_400 }, (_, i) => ({ ...second, second: i, accepted: 9, p50_ms: 1 }))
    const run = exampleRun([{ label: 'one', load: 'ramp', p50s: [3] }], { ...empty, timeline: day })
    expect(rendered(overTimeSection, run).length).toBeLessThan(200_000)
    expect(rendered(capacitySection, run).length).toBeLessThan(200_000)
  })

  it('goes by trial where they are short', () => {
    const run = exampleRun([{ label: 'one', p50s: [3, 4, 5] }], { ...empty, timeline: seconds.slice(0, 1) })
    expect(rendered(overTimeSection, run)).toContain('seconds since the run began')
  })

  it('of a ramp shows what was reached, whole seconds only', () => {
    const run = exampleRun([{ label: 'one', load: 'ramp', p50s: [3] }], { ...empty, timeline: seconds })
    expect(rendered(capacitySection, run)).toContain('SMTP nodemailer reached 104 a second')
  })
})

it('counts checks that failed apart from those that only note, and says what is invalid', () => {
  const run = exampleRun(
    [{ label: 'one', p50s: [3, 3], valid: false, invalid_because: 'late starts' }],
    empty,
  )
  const check = { trial: 1, check: 'start-lag', ok: false, detail: 'p99 12 ms' }
  const checks = [
    { ...check, invalidates: true },
    { ...check, check: 'machine', invalidates: false },
    { ...check, trial: null, check: 'ledger', ok: true, invalidates: true },
  ]
  const page = rendered(checksSection, { ...run, checks })
  expect(page).toContain(
    '<strong>1 failed that makes a trial invalid</strong>, 1 noted. 2 trials do not count',
  )
  expect(page).toContain('<td>one</td><td>late starts</td>')
})

it('says from what distance on which way to a target is faster', () => {
  const run = exampleRun([{ label: 'one', p50s: around(3) }], empty)
  // 20 + 2 r = 60 + r at r = 40.
  const lines = [
    { transport: 'smtp', client: 'nodemailer', base: 20, trips: 2 },
    { transport: 'http', client: 'undici', base: 60, trips: 1 },
  ] as const
  const labels = run.labels.flatMap(row =>
    lines.flatMap(({ base, trips, ...way }) =>
      [0, 20, 60].map(rtt => {
        const p50 = base + trips * rtt
        const median = { latency_p50_ms: p50, latency_p50_ms_low: p50 - 0.5, latency_p50_ms_high: p50 + 0.5 }
        const label = `a ${way.transport} ${rtt}`
        return { ...row, ...way, ...median, label, target: 'sink:a', link_rtt_ms: rtt }
      }),
    ),
  )
  expect(rendered(targetsSection, { ...run, labels })).toMatch(
    /<p>Crossover of a \(reuse\): smtp nodemailer is faster below 40\.0 ms of round-trip time, http undici above, by lines fitted to 0, 20 and 60 ms as measured\.<\/p>/,
  )
  expect(rendered(targetsSection, run)).toBe('')
})

it('says of a threshold what was found, and which label is the nearest to it', () => {
  const run = exampleRun([{ label: 'one', p50s: around(3) }], empty)
  const checks = [{ trial: 1, check: 'balance', ok: true, invalidates: true, detail: 'all' }]
  const thresholds = [
    { threshold: 'latency.p99<5ms', label: 'one', ok: true, nearest: true, found: '4 ms (3 to 5)' },
  ]
  const reported = { run: { ...run, checks }, latencies: new Map<string, Bins>(), thresholds }
  const page = checksSection.render(reported, createDraw())?.text ?? ''
  expect(cellsOf(page, 'latency.p99&lt;5ms')).toEqual(['one', 'holds, nearest to the limit', '4 ms (3 to 5)'])
})

it('has room for the intervals of medians, not for the medians alone', () => {
  const run = exampleRun(
    [0, 100].map(rtt => ({ label: `at ${rtt}`, link_rtt_ms: rtt, p50s: [1 + rtt, 1 + rtt] })),
    empty,
  )
  const labels = run.labels.map(row => ({ ...row, latency_p50_ms_low: 0, latency_p50_ms_high: 1000 }))
  expect(rendered(distanceSection, { ...run, labels })).toMatch(/<text [^>]*>1,000<\/text>/)
})

describe('round trips counted beside those fitted', () => {
  const job = { batch_size: 1, users: 1, connections: 1 }
  const crowd = { mode: 'pipelined', client: 'wire', users: 160, connections: 10 }
  const streams = {
    transport: 'http',
    client: 'undici',
    http_version: '2',
    users: 6,
    connections: 1,
  } as const
  const at = (more: object) =>
    [0, 20].map(rtt => ({
      ...more,
      label: `${JSON.stringify(more)} ${rtt}`,
      link_rtt_ms: rtt,
      p50s: [1 + 2 * rtt],
    }))

  it('are those of single messages: the messages of a job, and those that share a connection, wait at the same time', () => {
    expect(rendered(distanceSection, exampleRun([...at(job), ...at(crowd)], empty))).toBe('')
  })

  it('are shown of streams that share a connection, since each waits for its own', () => {
    expect(rendered(distanceSection, exampleRun(at(streams), empty))).toContain('API undici h2: counted 1')
  })
})
