import { describe, expect, it } from 'vitest'
import { exampleTrialRow } from '../run-store/rows.fixture.ts'
import type { MergeRow, TrialRow } from '../run-store/schema.ts'
import { exampleLabelRow } from './label-row.fixture.ts'
import { mergeGroups, renderMerges } from './merge.ts'

const labelOf = (label: string, link_rtt_ms: number) => exampleLabelRow({ label, link_rtt_ms })

/** Repetitions of one label, whose trials are numbered from `trial` on. */
function jobsOf(
  trial: number,
  label: string,
  totals: readonly number[],
  more: Partial<MergeRow> = {},
): MergeRow[] {
  return totals.map((total_ms, i) => ({
    run_id: 'r',
    trial: trial + i,
    label,
    batch_size: 1,
    messages: 500,
    accepted: 500,
    total_ms,
    messages_per_s: 500_000 / total_ms,
    calls: 500,
    connections: 10,
    round_trips: 1070,
    bytes_up: 1_000_000,
    bytes_down: 24_000,
    memory_bytes: 20_000_000,
    ...more,
  }))
}

const labels = [
  labelOf('smtp nodemailer reuse 10u rtt-0ms', 0),
  labelOf('http undici reuse 10u rtt-0ms batch-500', 0),
  labelOf('smtp nodemailer reuse 10u rtt-20ms', 20),
]
const merges = [
  ...jobsOf(1, 'smtp nodemailer reuse 10u rtt-0ms', [400, 300, 310, 320, 330, 500]),
  ...jobsOf(11, 'http undici reuse 10u rtt-0ms batch-500', [13], {
    batch_size: 500,
    calls: 1,
    round_trips: 3,
  }),
  ...jobsOf(21, 'smtp nodemailer reuse 10u rtt-20ms', [2000, 2100], { round_trips: null }),
]

describe('what a mail merge took', () => {
  it('is told by network, the quickest way first, medians and bounds over its repetitions', () => {
    expect(renderMerges(labels, [], merges, 200)).toMatchInlineSnapshot(`
      "500 messages, round-trip time 0 ms  total ms   95% CI  of best   msg/s  calls  trips    KiB  MB held
      http undici reuse 10u batch-500         13.0        -   1.00 x  38,462      1      3  1,000     20.0
      smtp nodemailer reuse 10u                325  300-500   25.0 x   1,539    500  1,070  1,000     20.0

      500 messages, round-trip time 20 ms  total ms  95% CI  of best  msg/s  calls  trips    KiB  MB held
      smtp nodemailer reuse 10u               2,050       -   1.00 x    244    500      -  1,000     20.0"
    `)
  })

  it('loses the least telling columns on a narrow terminal, and no total', () => {
    for (const width of [100, 80, 60]) {
      const lines = renderMerges(labels, [], merges, width)?.split('\n') ?? []
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(width, 72))
      expect(lines[0]).toMatch(/ {2}total ms .*of best .*trips/)
    }
    expect(renderMerges(labels, [], merges, 80)).not.toContain('MB held')
  })

  it('leaves out trials that are invalid, and those of which nothing was accepted', () => {
    const invalid: TrialRow = { ...exampleTrialRow, trial: 6, valid: false }
    const refused = jobsOf(31, 'smtp nodemailer reuse 10u rtt-0ms', [1], { accepted: 0 })
    const [group] = mergeGroups(labels, [invalid], [...merges, ...refused])
    expect(group?.ways[1]).toMatchObject({ totalMs: 320, interval: undefined })
  })

  it('does not take a way for quick that was refused most of its messages, and says how many', () => {
    const [smtp, http] = labels.slice(0, 2).map(({ label }) => label)
    const rows = [
      ...jobsOf(1, String(smtp), [100]),
      ...jobsOf(11, String(http), [50], { accepted: 50, batch_size: 500 }),
    ]
    const [group] = mergeGroups(labels, [], rows)
    expect(group?.ways.map(({ label, ratio }) => [label, ratio])).toEqual([
      [smtp, 1],
      [http, 5],
    ])
    expect(renderMerges(labels, [], rows, 200)).toMatch(/ accepted\n.* 500\n.* 50$/)
  })

  it('is nothing in a run without jobs', () => {
    expect(renderMerges(labels, [], [], 200)).toBeUndefined()
  })

  it('keeps jobs of different sizes apart', () => {
    const more = jobsOf(41, 'http wire', [10], { messages: 10_000 })
    const groups = mergeGroups([...labels, labelOf('http wire', 0)], [], [...merges, ...more])
    expect(groups.map(({ messages, rttMs }) => [messages, rttMs])).toEqual([
      [500, 0],
      [500, 20],
      [10_000, 0],
    ])
  })
})
