import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { reports } from '../report/reports.ts'
import { readHistograms, readRun } from '../run-store/reader.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { type CliResult, onlyRunIn, runCli, temporaryFolder } from './cli.fixture.ts'
import { measuredIn, readTable, sumOf, type Table } from './run-files.fixture.ts'

/** The columns as people rely on them, written out: what the code declares must not drift from them. */
const conditionColumns =
  'transport client mode http_version connection tls auth provider target link_rtt_ms fault load users ' +
  'rate_per_s message_bytes recipients batch_size'
const countColumns =
  'scheduled attempted attempts calls accepted deferred rejected faulted in_doubt aborted dropped ' +
  'recipients_refused failure_rate failure_rate_low failure_rate_high idempotency lost duplicated in_doubt_taken'
const wireColumns =
  'connections round_trips_setup round_trips_per_message bytes_up_per_message bytes_down_per_message'
const lastColumns =
  'service_p50_ms service_p99_ms start_lag_p99_ms client_cpu_us_per_message valid invalid_because'
const columns: Readonly<Record<string, string>> = {
  'summary.csv':
    `run_id trial started_at label purpose ${conditionColumns} repetition ${countColumns} throughput_per_s ` +
    `${wireColumns} latency_min_ms latency_mean_ms latency_p50_ms latency_p75_ms latency_p90_ms ` +
    `latency_p95_ms latency_p99_ms latency_p999_ms latency_max_ms ${lastColumns}`,
  'labels.csv':
    `run_id label ${conditionColumns} repetitions n ${countColumns} ` +
    `throughput_per_s throughput_per_s_low throughput_per_s_high ${wireColumns} ` +
    'latency_min_ms latency_mean_ms latency_p50_ms latency_p50_ms_low latency_p50_ms_high latency_p75_ms ' +
    'latency_p90_ms latency_p90_ms_low latency_p90_ms_high latency_p95_ms ' +
    `latency_p99_ms latency_p99_ms_low latency_p99_ms_high latency_p999_ms latency_max_ms ${lastColumns}`,
  'phases.csv': 'run_id trial label phase n mean_ms p50_ms p90_ms p99_ms max_ms round_trips',
  'failures.csv': 'run_id trial label outcome phase cause code enhanced_code count share first_at_ms example',
  'injected.csv': 'run_id trial label step fault cause count',
  'timeline.csv': 'run_id trial label second scheduled accepted failed in_doubt in_flight p50_ms p99_ms',
  'samples.csv.gz':
    'trial index message_id due_ms start_ms end_ms outcome phase cause code enhanced_code connection_id attempt',
}

const LABELS = 8
const REPETITIONS = 2
const MESSAGES = 40
const WARM_UP = 10
/** One for each load, in the order in which the plan names the loads. */
const FLOORS = ['floor 1u', 'floor 10u']
/** One for each protocol and load. */
const SINK_FLOORS = ['floor smtp 1u', 'floor smtp 10u', 'floor http 1u', 'floor http 10u']
/** One for each client and kind of connection. */
const ANATOMIES = 4
const TRIALS = FLOORS.length + SINK_FLOORS.length + ANATOMIES + LABELS * REPETITIONS

/** The self-checks of a closed load's trial, and whether a trial that fails one is invalid. */
const floorChecks = {
  balance: true,
  histogram: true,
  resources: true,
  'event-loop': false,
  machine: false,
  whole: false,
  stationary: false,
}
const sinkFloorChecks = { ...floorChecks, ledger: true }
const measuredChecks = { ...sinkFloorChecks, stall: false }

describe('the main job', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let result: CliResult
  let dir: string
  let run: StoredRun
  const tables = new Map<string, Table>()
  const table = (name: string) => tables.get(name) ?? { header: [], rows: [] }
  const measured = () => measuredIn(table('summary.csv').rows)
  const allFloors = () => table('summary.csv').rows.filter(({ purpose }) => purpose === 'floor')
  const floors = () => allFloors().filter(({ client }) => client === 'null')
  const sinkFloors = () => allFloors().filter(({ client }) => client !== 'null')
  const anatomies = () => table('summary.csv').rows.filter(({ purpose }) => purpose === 'anatomy')
  const ofTrial = (name: string, trial: string | undefined) =>
    table(name).rows.filter(row => row['trial'] === trial)

  beforeAll(async () => {
    folder = await temporaryFolder()
    const small = ['--messages', MESSAGES, '--warmup', WARM_UP, '--repeat', REPETITIONS].map(String)
    const args = ['run', 'quick', ...small, '--samples', '--json', '--seed', 'a', '--out', folder.path]
    result = await runCli(args)
    dir = await onlyRunIn(folder.path)
    run = await readRun(dir)
    for (const name of Object.keys(columns)) tables.set(name, await readTable(dir, name))
  })
  afterAll(() => folder[Symbol.asyncDispose]())

  it('ends well, and has written every file', async () => {
    expect(result.status).toBe(0)
    expect((await readdir(dir)).sort()).toEqual(
      [
        ...Object.keys(columns),
        'histograms.hlog',
        'run.json',
        ...reports.map(({ file }) => file),
        'hgrm',
      ].sort(),
    )
  })

  it('prints one JSON document on standard output, and nothing else there', () => {
    const printed = JSON.parse(result.stdout)
    expect(printed).toMatchObject({ run_id: run.run_id, directory: dir, seed: 'a', state: 'complete' })
    expect(printed.labels).toEqual(run.labels)
    expect(printed.checks).toEqual(run.checks)
  })

  it('says on standard error what it will do, then one line a round', () => {
    const [first, ...lines] = result.stderr.trimEnd().split('\n')
    expect(first).toMatch(/^quick: 8 labels, \d+ trials, about \d+ s, seed a$/)
    const rounds = Array.from({ length: REPETITIONS }, (_, i) => `round ${i + 1} of ${REPETITIONS}`)
    expect(lines.map(line => line.split(':')[0])).toEqual(['floors', 'round trips', ...rounds])
  })

  it('stores a run that its schema takes', () => {
    expect(run).toMatchObject({ version: 1, name: 'quick', state: 'complete', seed: 'a' })
    expect(run.ended_at).not.toBeNull()
    expect(run.planned).toHaveLength(TRIALS)
    expect(run.command).toMatch(/^mailbench run quick --messages 40 .*--seed a/)
  })

  it('checks every trial, floors too, and finds none invalid', () => {
    for (const { trial, purpose, client } of run.trials) {
      const found = run.checks.filter(check => check.trial === trial)
      const { stationary, ...anatomyChecks } = sinkFloorChecks
      const ofFloor = client === 'null' ? floorChecks : sinkFloorChecks
      const expected = { floor: ofFloor, anatomy: anatomyChecks, measure: measuredChecks }[purpose]
      expect(Object.fromEntries(found.map(({ check, invalidates }) => [check, invalidates]))).toEqual(
        expected,
      )
      expect(found).toHaveLength(Object.keys(expected).length)
    }
    // Where doctor has taken the machine's floor, the run itself is laid beside it.
    const ofTrials = run.checks.filter(({ check }) => check !== 'machine-floor')
    expect(ofTrials.every(({ trial }) => trial !== null && trial >= 1 && trial <= TRIALS)).toBe(true)
    expect(run.checks.filter(({ ok, invalidates }) => invalidates && !ok)).toEqual([])
    expect(run.checks.filter(({ detail }) => !/\d/.test(detail))).toEqual([])
  })

  it.each(Object.entries(columns))(
    'writes %s with the columns that are agreed, in their order',
    (name, agreed) => {
      expect(table(name).header).toEqual(agreed.split(' '))
    },
  )

  it('writes one row a trial, in the order that was planned', () => {
    const { rows } = table('summary.csv')
    expect(rows.map(({ trial }) => Number(trial))).toEqual(run.planned.map((_, i) => i + 1))
    expect(rows.map(({ label }) => label)).toEqual(run.planned.map(({ label }) => label))
    expect(rows.map(({ repetition }) => Number(repetition))).toEqual(
      run.planned.map(({ repetition }) => repetition),
    )
    expect(measured()).toHaveLength(LABELS * REPETITIONS)
  })

  it('writes one row a label, and none for the floors', () => {
    const { rows } = table('labels.csv')
    expect(rows).toHaveLength(LABELS)
    for (const { label, repetitions, n } of rows) {
      expect(measured().filter(row => row['label'] === label)).toHaveLength(REPETITIONS)
      expect([Number(repetitions), Number(n)]).toEqual([REPETITIONS, REPETITIONS * MESSAGES])
    }
  })

  it('begins with a floor for each load, on a client that touches nothing', () => {
    expect(table('summary.csv').rows.slice(0, FLOORS.length)).toEqual(floors())
    expect(floors().map(({ label }) => label)).toEqual(FLOORS)
    expect(floors().map(({ users }) => users)).toEqual(['1', '10'])
    for (const row of floors()) {
      expect(row).toMatchObject({ client: 'null', repetition: '1', connections: '0', failure_rate: '0' })
      // No sink was there to take a message: nothing can have been lost.
      expect(row).toMatchObject({ lost: '', duplicated: '', in_doubt_taken: '', valid: 'true' })
      expect(Number(row['accepted'])).toBeGreaterThan(0)
      expect(row['accepted']).toBe(row['scheduled'])
    }
  })

  it('goes on with a floor for each protocol and load, of the cheapest client at a bare sink', () => {
    expect(allFloors()).toEqual([...floors(), ...sinkFloors()])
    expect(sinkFloors().map(({ label }) => label)).toEqual(SINK_FLOORS)
    for (const row of sinkFloors()) {
      expect(row).toMatchObject({
        client: 'wire',
        connection: 'reuse',
        tls: 'none',
        auth: '',
        link_rtt_ms: '0',
      })
      expect(row).toMatchObject({ connections: row['users'], failure_rate: '0', lost: '0', duplicated: '0' })
      expect(row['valid']).toBe('true')
      expect(Number(row['accepted'])).toBeGreaterThan(0)
    }
  })

  it('counts round trips once for each client and connection, and says them of every trial of that kind', () => {
    // Set-up with STARTTLS and AUTH, or TLS; nodemailer pipelines the envelope, undici sends one request.
    const counted = { smtp: ['7', '2'], http: ['2', '1'] }
    expect(anatomies()).toHaveLength(ANATOMIES)
    for (const row of [...anatomies(), ...measured()]) {
      const { label, transport, round_trips_setup: setup, round_trips_per_message: message } = row
      expect([label, setup, message]).toEqual([label, ...counted[transport as 'smtp' | 'http']])
      for (const column of ['bytes_up_per_message', 'bytes_down_per_message'])
        expect(Number(row[column])).toBeGreaterThan(0)
    }
    const floor = new Set(allFloors().map(({ trial }) => trial))
    const reply = table('phases.csv').rows.filter(
      ({ trial, phase }) => (phase === 'reply' || phase === 'wait') && !floor.has(trial),
    )
    expect(reply.map(({ round_trips }) => round_trips)).toEqual(reply.map(() => '1'))
  })

  it('keeps books that balance, trial by trial, and loses or doubles nothing', () => {
    for (const row of table('summary.csv').rows) {
      const outcomes = ['accepted', 'deferred', 'rejected', 'faulted', 'in_doubt', 'aborted']
      const ended = outcomes.reduce((sum, outcome) => sum + Number(row[outcome]), 0)
      expect(ended).toBe(Number(row['attempted']))
      expect(Number(row['attempted']) + Number(row['dropped'])).toBe(Number(row['scheduled']))
    }
    const all = String(MESSAGES)
    for (const row of measured()) {
      expect(row).toMatchObject({ scheduled: all, accepted: all, failure_rate: '0' })
      expect(row).toMatchObject({ lost: '0', duplicated: '0', in_doubt_taken: '0', valid: 'true' })
    }
  })

  it('opens a connection per user when connections are reused, and one per message when they are not', () => {
    for (const { connection, connections, users, label } of measured()) {
      const expected = connection === 'reuse' ? Number(users) : MESSAGES + WARM_UP
      expect(`${label}: ${connections}`).toBe(`${label}: ${expected}`)
    }
  })

  it('says the same of each trial in every file', async () => {
    const histograms = await readHistograms(dir)
    const indices = (trial: string | undefined) =>
      ofTrial('samples.csv.gz', trial)
        .map(({ index }) => Number(index))
        .sort((a, b) => a - b)
    expect(table('failures.csv').rows).toEqual([])
    for (const { trial, accepted, scheduled } of table('summary.csv').rows) {
      expect(sumOf(ofTrial('timeline.csv', trial), 'scheduled')).toBe(Number(scheduled))
      expect(sumOf(ofTrial('timeline.csv', trial), 'accepted')).toBe(Number(accepted))
      expect(histograms.some(histogram => histogram.trial === Number(trial))).toBe(true)
    }
    for (const { trial, connection, transport } of measured()) {
      // Warm-up included: the samples are every submission.
      expect(indices(trial)).toEqual(Array.from({ length: MESSAGES + WARM_UP }, (_, i) => i))
      const phases = ofTrial('phases.csv', trial)
      const last = transport === 'smtp' ? 'reply' : 'wait'
      expect(phases.find(({ phase }) => phase === last)).toMatchObject({ n: String(MESSAGES) })
      if (connection === 'fresh')
        expect(phases.find(({ phase }) => phase === 'connect')).toMatchObject({ n: String(MESSAGES) })
    }
    for (const { trial } of allFloors()) expect(indices(trial)).toEqual([])
    for (const { trial } of floors()) expect(ofTrial('phases.csv', trial)).toEqual([])
  })

  it('gives every message a name of its own', () => {
    const { rows } = table('samples.csv.gz')
    expect(new Set(rows.map(({ message_id }) => message_id)).size).toBe(rows.length)
  })

  it.each(Object.keys(columns))('writes %s as a spreadsheet expects it', async name => {
    const cells = table(name).rows.flatMap(row =>
      Object.entries(row).filter(cell => cell.join() !== 'client,null'),
    )
    // Neither formulas, nor exponents, nor words for what is not there.
    const odd = /^(?:[=+@]|-(?!\d)|.*\d[eE][+-]?\d+$|NaN|null|undefined|-?Infinity)/
    expect(cells.filter(([, cell]) => odd.test(cell))).toEqual([])
    const times = cells.filter(([column, cell]) => column.endsWith('_ms') && cell !== '')
    // Only a warm-up's submissions, which samples hold as well, lie before the measured part.
    const time = name.endsWith('.gz') ? /^-?\d+(?:\.\d+)?$/ : /^\d+(?:\.\d+)?$/
    expect(times.filter(([, cell]) => !time.test(cell))).toEqual([])
    if (name.endsWith('.gz')) return
    const text = await readFile(join(dir, name), 'utf8')
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(text.endsWith('\r\n')).toBe(true)
  })
})

describe('a seed', () => {
  /** Everything but the clients and sinks: the order of trials and the names of messages. */
  async function replay(seed: string) {
    await using folder = await temporaryFolder()
    const args = ['run', 'quick', '--client', 'null', '--messages', '4', '--warmup', '1', '--repeat', '3']
    const { status } = await runCli([...args, '--samples', '--quiet', '--seed', seed, '--out', folder.path])
    expect(status).toBe(0)
    const dir = await onlyRunIn(folder.path)
    const [summary, samples] = await Promise.all([
      readTable(dir, 'summary.csv'),
      readTable(dir, 'samples.csv.gz'),
    ])
    return {
      floors: summary.rows.slice(0, FLOORS.length).map(({ label }) => label),
      order: measuredIn(summary.rows).map(({ label, repetition }) => `${label} ${repetition}`),
      messages: samples.rows.map(({ trial, message_id }) => `${trial} ${message_id}`).sort(),
    }
  }

  test('replays the order of the trials and the names of the messages; another gives others', async () => {
    const [first, again, other] = await Promise.all([replay('a'), replay('a'), replay('b')])
    for (const { floors } of [first, again, other]) expect(floors).toEqual(FLOORS)
    expect(first.order).toHaveLength(24)
    expect(first.messages).toHaveLength(24 * 5)
    expect(again).toEqual(first)
    expect(other.order).not.toEqual(first.order)
    expect([...other.order].sort()).toEqual([...first.order].sort())
    expect(other.messages.filter(message => first.messages.includes(message))).toEqual([])
  })

  test('that the run chose itself is told, so that it can be replayed', async () => {
    await using folder = await temporaryFolder()
    const args = ['run', '--smtp', 'sink', '--client', 'null', '--messages', '2', '--repeat', '1']
    const { stderr } = await runCli([...args, '--out', folder.path])
    const { seed, command } = await readRun(await onlyRunIn(folder.path))
    expect(stderr).toContain(`seed ${seed}\n`)
    expect(command).toMatch(new RegExp(`--seed ${seed}$`))
  })
})
