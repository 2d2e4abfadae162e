import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { around, exampleRun } from '../claims/run.fixture.ts'
import type { SampleRow } from '../run-store/schema.ts'
import { HOSTILE } from './hostile.fixture.ts'
import { jtl } from './jtl.ts'
import { exportSamples, type SampleExport } from './sample-export.ts'
import { samplesCsv } from './samples-csv.ts'
import { vegetaCsv } from './vegeta-csv.ts'

const label = `=smtp, "${HOSTILE.toWellFormed()}"`
const run = exampleRun([
  {
    label,
    transport: 'smtp',
    users: 5,
    bytes_up_per_message: 1500,
    bytes_down_per_message: 200,
    p50s: around(1, 1),
  },
  { label: 'http b', transport: 'http', client: 'undici', p50s: around(1, 1) },
])

const sample = (more: Partial<SampleRow> = {}): SampleRow => ({
  trial: 1,
  index: 0,
  message_id: '<1@example.net>',
  due_ms: 1.25,
  start_ms: 1.3,
  end_ms: 4.5,
  outcome: 'accepted',
  phase: null,
  cause: null,
  code: 250,
  enhanced_code: null,
  connection_id: 3,
  attempt: 1,
  ...more,
})
const samples: readonly SampleRow[] = [
  sample({ index: 0, due_ms: -5, start_ms: -5, end_ms: -1 }),
  sample({ index: 1 }),
  sample({
    index: 2,
    outcome: 'rejected',
    phase: 'auth',
    cause: 'auth',
    code: 535,
    enhanced_code: HOSTILE.toWellFormed(),
  }),
  sample({
    index: 3,
    outcome: 'dropped',
    start_ms: null,
    end_ms: null,
    code: null,
    connection_id: null,
    attempt: 0,
  }),
  sample({ trial: 2, index: 0, outcome: 'in_doubt', phase: 'wait', cause: 'reset', code: null }),
  sample({ trial: 2, index: 1, code: null }),
  sample({ trial: 99 }),
]

async function exported(format: SampleExport): Promise<string> {
  async function* all() {
    yield* samples
  }
  const parts: string[] = []
  for await (const part of exportSamples(run, all(), format)) parts.push(part)
  return parts.join('')
}
/** By a parser that is not ours, which refuses rows of another length. */
const rows = async (format: SampleExport): Promise<string[][]> => parse(await exported(format))

describe.each([
  ['jtl', jtl],
  ['vegeta-csv', vegetaCsv],
  ['csv', samplesCsv],
])('%s', (_name, format) => {
  it('is CSV of one width, a line a submission, safe in a terminal and in a spreadsheet', async () => {
    const text = await exported(format)
    const cells = (await rows(format)).flat()
    expect(text.endsWith('\n')).toBe(true)
    expect(/[^\P{Cc}\n]/u.test(text)).toBe(false)
    expect(text.split('\n').length - 1).toBe((await rows(format)).length)
    for (const cell of cells) expect(/^[=+@]|^-(?!\d)/.test(cell), cell.slice(0, 40)).toBe(false)
  })
})

describe("JMeter's log", () => {
  it('has its columns, whole milliseconds, and failures beside successes', async () => {
    const [head = [], ...lines] = await rows(jtl)
    const records = lines.map(line => Object.fromEntries(line.map((cell, i) => [head[i] ?? '', cell])))
    expect(head.slice(0, 9).join()).toBe(
      'timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage',
    )
    expect(records.map(({ success }) => success)).toEqual(['true', 'false', 'false', 'false', 'true'])
    expect(records.map(({ responseCode }) => responseCode)).toEqual(['250', '535', '0', '0', '200'])
    expect(records[0]).toMatchObject({ elapsed: '3', bytes: '200', sentBytes: '1500', allThreads: '5' })
    expect(records[0]?.['timeStamp']).toBe(String(Date.parse('2026-11-23T09:15:00Z') + 1))
    expect(records[1]?.['failureMessage']).toMatch(/^rejected in auth \(auth, 535 /)
    expect(records[2]?.['failureMessage']).toBe('dropped')
    for (const each of records)
      for (const column of ['timeStamp', 'elapsed', 'bytes', 'sentBytes', 'Latency', 'Connect'])
        expect(each[column]).toMatch(/^\d+$/)
  })
})

describe("vegeta's CSV", () => {
  it('has twelve columns without a header, each as its decoder parses it', async () => {
    const lines = await rows(vegetaCsv)
    expect(lines).toHaveLength(5)
    for (const [time, code, latency, out, into, , body, , seq, method, , header] of lines) {
      expect(BigInt(time ?? '')).toBeGreaterThan(1_700_000_000_000_000_000n)
      for (const number of [code, latency, out, into, seq]) expect(number).toMatch(/^\d+$/)
      expect(Number(code)).toBeLessThan(2 ** 16)
      expect(method).toMatch(/^[A-Z]+$/)
      expect([body, header]).toEqual(['', ''])
    }
    expect(lines[0]?.slice(0, 5)).toEqual([
      `${Date.parse('2026-11-23T09:15:00Z') + 1}250000`,
      '250',
      '3250000',
      '1500',
      '200',
    ])
    // It takes 200 to 399 for success, and everything else by its error.
    expect(
      lines.map(([, code, , , , error]) => [Number(code) >= 200 && Number(code) < 400, error === '']),
    ).toEqual([
      [true, true],
      [false, false],
      [false, false],
      [false, false],
      [true, true],
    ])
  })
})

describe('the data frame', () => {
  it('holds every column of every submission, warm-up included, beside its label', async () => {
    const [head = [], ...lines] = await rows(samplesCsv)
    expect(lines).toHaveLength(6)
    const first = Object.fromEntries(head.map((name, i) => [name, lines[0]?.[i]]))
    expect(first).toMatchObject({
      transport: 'smtp',
      due_ms: '-5',
      outcome: 'accepted',
      code: '250',
      attempt: '1',
    })
    expect(Object.fromEntries(head.map((name, i) => [name, lines[3]?.[i]]))).toMatchObject({
      end_ms: '',
      outcome: 'dropped',
    })
  })
})
