import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onlyRunIn, runCli, temporaryFolder } from './cli.fixture.ts'
import { measuredIn, readTable, type Table } from './run-files.fixture.ts'

const retry = { times: 5, backoff: '1ms' }
const connection = ['reuse', 'fresh']
const modes = { smtp: ['lockstep', 'pipelined', 'chunked'], http: ['lockstep', 'pipelined'] }
const smtp = { client: ['nodemailer', 'nodemailer-raw'] }
const smtpWire = { transport: 'smtp', client: 'wire', mode: modes.smtp }
const http = { client: 'undici', idempotency: [false, true] }
const httpWire = { transport: 'http', client: 'wire', mode: modes.http, idempotency: [false, true] }
/** Every client and mode, one message in flight on each connection: who else is on it would be hit as well. */
const plan = {
  provider: 'resend',
  skip_anatomy: true,
  users: 3,
  warmup: 0,
  messages: 40,
  repeat: 1,
  faults: [{ at: 'content', do: 'unacknowledged', every: 7 }],
  conditions: [
    ...[smtp, smtpWire, http, httpWire, { ...http, http_version: '2', users: 1 }].map(block => {
      return { ...block, connection, retry }
    }),
    ...[smtp, smtpWire, http, httpWire],
  ],
}
const LABELS = { smtp: (2 + 3) * 2, http: (1 + 2 + 1) * 4, once: 2 + 3 + 2 + 4 }

/** Whatever may happen, to several messages in flight on a connection: one fault hits all of them. */
const mixed = {
  ...plan,
  users: 6,
  connections: 2,
  messages: 60,
  timeout: '500ms',
  faults: [
    { at: 'any', do: 'reset', every: 31 },
    { at: 'content', do: 'unacknowledged', every: 11 },
    { at: 'content', do: 'unacknowledged', by: 'silence', every: 43 },
    { at: 'content', do: 'truncate', every: 37 },
    { at: 'any', do: 'garbage', every: 53 },
    { at: 'any', do: 'unavailable', every: 59 },
    { at: { bytes_in: '9kb' }, do: 'end', every: 2 },
  ],
  conditions: [smtp, smtpWire, http, httpWire].map(block => ({ ...block, retry: { ...retry, times: 9 } })),
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let rows: Table['rows']
let samples: Table['rows']
/** Messages that were taken and not acknowledged, by trial. */
let injected: Map<string, number>

async function runOf(name: string, content: object): Promise<string> {
  const file = join(folder.path, `${name}.json`)
  const out = join(folder.path, name)
  await writeFile(file, JSON.stringify(content))
  const { status, stdout, stderr } = await runCli(['run', file, '--samples', '--quiet', '--out', out])
  expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: '' })
  return onlyRunIn(out)
}

beforeAll(async () => {
  folder = await temporaryFolder()
  const dir = await runOf('plan', plan)
  rows = measuredIn((await readTable(dir, 'summary.csv')).rows)
  samples = (await readTable(dir, 'samples.csv.gz')).rows
  const faults = (await readTable(dir, 'injected.csv')).rows
  for (const row of faults)
    expect(row).toMatchObject({ step: 'content', fault: 'unacknowledged', cause: 'reset' })
  injected = new Map(faults.map(({ trial, count }) => [trial ?? '', Number(count)]))
}, 300_000)
afterAll(() => folder[Symbol.asyncDispose]())

const isRetried = ({ label }: Table['rows'][number]) => / retry-5\b/.test(label ?? '')

/** What the ledger says of a trial, in numbers. */
function ledgerOf(row: Table['rows'][number]) {
  const columns = [
    'accepted',
    'attempts',
    'in_doubt',
    'in_doubt_taken',
    'lost',
    'duplicated',
    'faulted',
  ] as const
  const counts = Object.fromEntries(columns.map(column => [column, Number(row[column])]))
  return { label: row['label'], ...counts } as { label: string } & Record<(typeof columns)[number], number>
}

describe('messages that are taken and never acknowledged', () => {
  it('happen under every client and mode', () => {
    const counts = { smtp: 0, http: 0, once: 0 }
    for (const row of rows) counts[isRetried(row) ? (row['transport'] as 'smtp' | 'http') : 'once'] += 1
    expect(counts).toEqual(LABELS)
    for (const { trial } of rows) expect(injected.get(trial ?? '')).toBeGreaterThanOrEqual(5)
  })

  it('are duplicated by retries without a key, each exactly once, and by retries with a key never', () => {
    for (const row of rows.filter(isRetried)) {
      const ledger = ledgerOf(row)
      const hit = injected.get(row['trial'] ?? '') ?? 0
      const { label } = ledger
      expect(ledger).toEqual({
        ...{ label, accepted: 40, attempts: 40 + hit, in_doubt: 0, in_doubt_taken: 0, faulted: 0, lost: 0 },
        duplicated: row['idempotency'] === 'key' ? 0 : hit,
      })
    }
  })

  it('are in doubt where nothing is attempted again, in fact taken, and never called failed', () => {
    for (const row of rows.filter(each => !isRetried(each))) {
      const ledger = ledgerOf(row)
      const hit = injected.get(row['trial'] ?? '') ?? 0
      expect(ledger).toEqual({
        ...{ label: ledger.label, accepted: 40 - hit, attempts: 40, in_doubt: hit, in_doubt_taken: hit },
        ...{ lost: 0, duplicated: 0, faulted: 0 },
      })
      expect(row['failure_rate']).toBe('0')
    }
  })

  it('say in the summary whether they could be known again: SMTP has nothing for it', () => {
    const words = (transport: string) =>
      [...new Set(rows.filter(row => row['transport'] === transport).map(row => row['idempotency']))].sort()
    expect([words('smtp'), words('http')]).toEqual([[''], ['key', 'none']])
  })

  it('have a row for each attempt, and the last of them was accepted', () => {
    for (const row of rows.filter(isRetried)) {
      const own = samples.filter(({ trial }) => trial === row['trial'])
      expect(own).toHaveLength(Number(row['attempts']))
      const attempts = Map.groupBy(own, ({ message_id }) => message_id)
      expect(attempts.size).toBe(40)
      for (const [, made] of attempts) {
        expect(made.map(({ attempt }) => Number(attempt))).toEqual(made.map((_, i) => i + 1))
        const outcomes = made.map(({ outcome }) => outcome)
        expect(outcomes).toEqual([...made.slice(1).map(() => 'in_doubt'), 'accepted'])
        for (let i = 1; i < made.length; i++)
          expect(Number(made[i]?.['start_ms'])).toBeGreaterThanOrEqual(Number(made[i - 1]?.['end_ms']))
      }
    }
  })
})

// Seen invalid once, beside other tests, for a reason that was not kept: what is printed says it the next time.
it('loses nothing that was accepted, and doubles nothing that has a key, whatever goes wrong', {
  retry: 1,
  timeout: 300_000,
}, async () => {
  await rm(join(folder.path, 'mixed'), { recursive: true, force: true })
  const dir = await runOf('mixed', mixed)
  const mixedRows = measuredIn((await readTable(dir, 'summary.csv')).rows)
  const faults = (await readTable(dir, 'injected.csv')).rows
  expect(mixedRows).toHaveLength(11)
  for (const row of mixedRows) {
    const { label, accepted, lost, duplicated, in_doubt_taken, attempts } = ledgerOf(row)
    // Valid: by identity, the sinks took nothing that a client calls certainly not taken.
    expect({ label, lost, valid: row['valid'] }).toEqual({ label, lost: 0, valid: 'true' })
    // Bad luck nine times over leaves some that were not accepted.
    expect(accepted, label).toBeGreaterThan(50)
    const untold = faults
      .filter(({ trial, fault }) => trial === row['trial'] && fault === 'unacknowledged')
      .reduce((sum, { count }) => sum + Number(count), 0)
    expect(untold, label).toBeGreaterThan(0)
    if (row['idempotency'] === 'key') expect(duplicated, label).toBe(0)
    else expect(duplicated + in_doubt_taken, label).toBeGreaterThanOrEqual(untold)
    expect(attempts, label).toBeGreaterThan(60 + duplicated)
  }
})
