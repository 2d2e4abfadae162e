import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRun } from '../run-store/reader.ts'
import { type CliResult, onlyRunIn, runCli, temporaryFolder } from './cli.fixture.ts'
import { measuredIn, readTable, type Table } from './run-files.fixture.ts'

const MESSAGES = 60
const CONNECTIONS = 10

/** The columns as people rely on them, written out. */
const columns =
  'run_id trial label batch_size messages accepted total_ms messages_per_s calls connections round_trips ' +
  'bytes_up bytes_down memory_bytes'

describe('the plan of a mail merge', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let result: CliResult
  let dir: string
  let merges: Table
  let trials: Table['rows']

  beforeAll(async () => {
    folder = await temporaryFolder()
    const small = ['--messages', String(MESSAGES), '--rtt', '0ms', '--repeat', '1', '--seed', 'a']
    result = await runCli(['run', 'merge', ...small, '--out', folder.path])
    dir = await onlyRunIn(folder.path)
    merges = await readTable(dir, 'merge.csv')
    trials = measuredIn((await readTable(dir, 'summary.csv')).rows)
  }, 120_000)
  afterAll(() => folder[Symbol.asyncDispose]())

  const jobOf = (label: string) => merges.rows.find(row => row['label'] === label)

  it('succeeds, and accounts for every message of every way', () => {
    expect(result.status).toBe(0)
    expect(trials).toHaveLength(10)
    for (const { label, attempted, accepted, lost, duplicated } of trials)
      expect([attempted, accepted, lost, duplicated], label).toEqual([`${MESSAGES}`, `${MESSAGES}`, '0', '0'])
  })

  it('keeps what each job took, in columns that are named', async () => {
    expect(merges.header.join(' ')).toBe(columns)
    expect(merges.rows.map(row => row['label']).sort()).toEqual(trials.map(row => row['label']).sort())
    expect((await readRun(dir)).merges).toHaveLength(10)
    for (const row of merges.rows) expect(Number(row['total_ms'])).toBeGreaterThan(0)
    for (const { label, ...row } of merges.rows)
      expect(Number(row['bytes_up']), label).toBeGreaterThan(MESSAGES * 1000)
    // A collection of garbage can hide one, never all.
    expect(merges.rows.some(row => Number(row['memory_bytes']) > 0)).toBe(true)
  })

  it('counts calls and round trips, of which a batch has one for all', () => {
    // One at a time on each connection: set-up (9 - 2, 3 - 1 round trips), then each message its own.
    const expected: [string, number, number, number][] = [
      ['smtp nodemailer reuse 10u', 1, MESSAGES, 7 * CONNECTIONS + 2 * MESSAGES],
      ['smtp wire pipelined reuse 10u', 1, MESSAGES, 7 * CONNECTIONS + 2 * MESSAGES],
      ['http undici reuse 10u', 1, MESSAGES, 2 * CONNECTIONS + MESSAGES],
      ['http wire lockstep reuse 10u', 1, MESSAGES, 2 * CONNECTIONS + MESSAGES],
      ['http undici reuse 10u batch-50', 50, 2, 2 * 2 + 2],
      ['http undici reuse 10u batch-60', MESSAGES, 1, 3],
      ['http wire lockstep reuse 10u batch-60', MESSAGES, 1, 3],
    ]
    for (const [label, size, calls, trips] of expected) {
      const { batch_size, calls: made, round_trips } = jobOf(label) ?? {}
      expect([batch_size, made], label).toEqual([size, calls].map(String))
      // A stall of the machine that is longer than the network's round trip can pass for one, on each connection that
      // waits. What is counted wrongly is so on all connections, or for all messages.
      expect(Number(round_trips), label).toBeGreaterThanOrEqual(trips)
      expect(Number(round_trips) - trips, label).toBeLessThan(Math.max(3, Math.min(CONNECTIONS, calls)))
      const { batch_size: summed, calls: counted } = trials.find(row => row['label'] === label) ?? {}
      expect([summed, counted], label).toEqual([size, calls].map(String))
    }
  })

  it('shows them in a table, and writes no file beside those of a run and its own', async () => {
    expect(result.stdout).toMatch(/^60 messages, round-trip time 0 ms +total ms +95% CI +of best/m)
    expect(result.stdout).toMatch(/^(?:smtp|http) .* 1\.00 x .*\d$/m)
    expect(await readdir(dir)).toContain('merge.csv')
  })
})
