import { describe, expect, it } from 'vitest'
import { mergeClaim } from './c5-merge.ts'
import { MESSAGES, merged, type WaySpec } from './job.fixture.ts'

const judge = (ways: readonly WaySpec[], unaccepted?: number) => mergeClaim.judge(merged(ways, unaccepted))

const libraries: readonly WaySpec[] = [
  { transport: 'smtp', client: 'nodemailer', batch: 1, totalMs: 400 },
  { transport: 'http', client: 'undici', batch: 1, totalMs: 200 },
  { transport: 'http', client: 'undici', batch: 500, totalMs: 40 },
]
const wires: readonly WaySpec[] = [
  { transport: 'smtp', client: 'wire', batch: 1, totalMs: 20 },
  { transport: 'http', client: 'wire', batch: 500, totalMs: 30 },
]

describe('C5, a mail merge', () => {
  it('is a cinch over an API where its quickest way beats the quickest of SMTP', () => {
    const { verdict, finding, figure, evidence } = judge(libraries)
    expect(verdict).toBe('holds')
    expect(finding).toMatch(
      /^Judged by time alone\. At 0 ms RTT nodemailer one by one took \d+ ms, undici in calls of 500 [\d.]+ ms, (?:9\.\d+|10\.\d) times\.$/,
    )
    expect(figure).toMatchObject({ unit: 'x', confidence: 0.95 })
    expect(evidence.rows.map(([, way]) => way)).toEqual([
      'nodemailer one by one',
      'undici one by one',
      'undici in calls of 500',
    ])
  })

  it('has what the jobs took besides as evidence, in units that are what they are called', () => {
    const { columns, rows } = judge(libraries).evidence
    expect(columns.slice(4)).toEqual([
      'calls',
      'round trips',
      'bytes both ways, KiB',
      'memory, MB',
      'repetitions',
    ])
    expect(rows[0]?.slice(4)).toEqual([MESSAGES, 10, 768, 2, 10])
    const run = merged(libraries)
    const unknown = run.merges.map(row => ({ ...row, bytes_down: null, memory_bytes: null }))
    expect(mergeClaim.judge({ ...run, merges: unknown }).evidence.rows[0]?.slice(6, 8)).toEqual([null, null])
  })

  it('depends on the client where bare SMTP is quicker', () => {
    expect(judge([...libraries, ...wires]).verdict).toBe('depends')
  })

  it('does not hold where SMTP is quicker throughout', () => {
    expect(judge(wires).verdict).toBe('does not hold')
  })

  it('is inconclusive of few repetitions, and of ways that are too close', () => {
    expect(judge(libraries.map(way => ({ ...way, count: 3 }))).verdict).toBe('inconclusive')
    expect(judge(wires.map(way => ({ ...way, totalMs: 20 }))).verdict).toBe('inconclusive')
  })

  it('compares within a network only', () => {
    const [smtp, http] = wires
    if (!smtp || !http) throw new Error('the fixture has two sides')
    expect(judge([smtp, { ...http, rttMs: 20 }])).toMatchObject({
      verdict: 'not measured here',
      flips: 'mailbench run merge',
    })
  })

  it('pairs ways with unequal numbers of repetitions by round', () => {
    const run = merged([
      { transport: 'smtp', client: 'nodemailer', batch: 1, totalMs: 1, count: 12 },
      { transport: 'http', client: 'undici', batch: 500, totalMs: 1, count: 6 },
    ])
    // Twice as slow each round; of the one with six repetitions every other.
    const merges = run.merges.map((row, i) => ({
      ...row,
      total_ms: i < 12 ? 3 * 2 ** (i + 1) : 2 ** (2 * (i - 12) + 1),
    }))
    const { figure } = mergeClaim.judge({ ...run, merges })
    expect(figure?.value).toBeCloseTo(3, 9)
    expect(figure?.interval?.high).toBeCloseTo(3, 9)
  })

  it('leaves out jobs of which a message was not accepted', () => {
    expect(judge(libraries, 1).verdict).toBe('not measured here')
  })
})
