import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readRun } from '../run-store/reader.ts'
import { type CliResult, onlyRunIn, runCli, startCli, temporaryFolder, textsIn } from './cli.fixture.ts'
import { readTable } from './run-files.fixture.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

const LABELS = 8
const REPETITIONS = 500
/** One for each load of the plan: the run begins with them, and goes on with those of its sinks. */
const NULL_FLOORS = 2
const FLOORS = NULL_FLOORS + 4
/** One for each client and kind of connection, right after the floors. */
const ANATOMIES = 4
const BEFORE = FLOORS + ANATOMIES
const TRIALS = BEFORE + LABELS * REPETITIONS

/** Far more than is waited for: such a run is ended by the test. */
const endless = [
  ...['run', 'quick', '--messages', '10', '--warmup', '2'],
  ...['--repeat', String(REPETITIONS), '--samples'],
]

/** The processes that `parent` has started. */
function childrenOf(parent: number): { sinks: number | undefined; links: number | undefined } {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  const children = table
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([, ppid]) => Number(ppid) === parent)
  const pidOf = (program: string) => {
    const found = children.filter(([, , ...args]) => args.join(' ').includes(program))
    expect(found.length).toBeLessThanOrEqual(1)
    return found[0] && Number(found[0][0])
  }
  return { sinks: pidOf('far-side-main'), links: pidOf('link-side-main') }
}

/** False for a process that has ended, though nobody may have asked for its status yet. */
function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z')
  } catch {
    return false
  }
}

const groupOf = (pid: number) =>
  execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim()

/** The progress line of a round that has ended. */
const ended = (round: number) => new RegExp(`^round ${round} of ${REPETITIONS}: `, 'm')

/** Checks that what a run left behind is whole trials, the same ones in every file. */
async function checkFiles(dir: string) {
  const run = await readRun(dir)
  const names = ['summary.csv', 'timeline.csv', 'phases.csv', 'labels.csv', 'samples.csv.gz']
  const [summary, timeline, phases, , samples] = await Promise.all(names.map(name => readTable(dir, name)))
  const trials = summary?.rows.map(({ trial }) => trial) ?? []
  expect(trials).toEqual(trials.map((_, i) => String(i + 1)))
  expect(summary?.rows.map(({ purpose }) => purpose)).toEqual(
    trials.map((_, i) => (i < FLOORS ? 'floor' : i < BEFORE ? 'anatomy' : 'measure')),
  )
  // The null transport has no phases, and the submissions of floors are not kept.
  for (const [table, first] of [
    [timeline, 0],
    [phases, NULL_FLOORS],
    [samples, BEFORE],
  ] as const) {
    // The last may have been cut short in its warm-up: it then has a row, and nothing in it.
    const within = new Set(table?.rows.map(({ trial }) => trial))
    expect(trials.slice(first)).toEqual(expect.arrayContaining([...within]))
    for (const trial of trials.slice(first, -1)) expect(within).toContain(trial)
  }
  expect(run.planned).toHaveLength(TRIALS)
  return { run, trials }
}

describe('Ctrl-C', () => {
  it('ends a run with status 130, keeps what was measured, and leaves nothing running', async () => {
    const out = join(folder.path, 'interrupted')
    await using run = startCli([...endless, '--json', '--out', out])
    await run.says(ended(1))
    const { sinks, links } = childrenOf(run.pid)
    for (const pid of [sinks, links]) {
      expect(isRunning(Number(pid))).toBe(true)
      // A terminal's Ctrl-C reaches a whole group at once: it would end those that are just starting.
      expect(groupOf(Number(pid))).not.toBe(groupOf(run.pid))
    }
    run.kill('SIGINT')
    const { status, stdout, stderr } = await run.ended
    expect(status).toBe(130)
    for (const pid of [sinks, links]) expect(isRunning(Number(pid))).toBe(false)
    expect(stderr).toContain('ending the run; what was measured is kept')
    const stored = await checkFiles(await onlyRunIn(out))
    expect(stored.run).toMatchObject({ state: 'interrupted', ended_at: expect.any(String) })
    expect(stored.trials.length).toBeGreaterThanOrEqual(BEFORE + LABELS)
    expect(stored.run.trials.map(({ trial }) => String(trial))).toEqual(stored.trials)
    expect(stored.run.labels.length).toBeGreaterThan(0)
    expect(JSON.parse(stdout).labels).toEqual(stored.run.labels)
    // Only the trial that was cut short may be invalid, and it says why.
    for (const trial of stored.run.trials.slice(0, -1)) expect(trial.valid).toBe(true)
    expect([null, 'interrupted']).toContain(stored.run.trials.at(-1)?.invalid_because)
  })

  it('ends a rehearsal too, of which nothing is kept', async () => {
    const out = join(folder.path, 'rehearsal')
    const plan = join(folder.path, 'thoughtful.yaml')
    // The sinks would answer in an hour, so that the run never gets beyond its rehearsal.
    await writeFile(plan, 'smtp: sink\napi: sink\ntimeout: 2h\nscript: { think: 1h }\n')
    await using run = startCli(['run', plan, '--out', out])
    await run.says(/^thoughtful: 2 labels, /m)
    const { sinks } = childrenOf(run.pid)
    run.kill('SIGINT')
    const { status, stderr } = await run.ended
    expect(status).toBe(130)
    expect(stderr).toContain('ending the run')
    expect(isRunning(Number(sinks))).toBe(false)
    const dir = await onlyRunIn(out)
    const stored = await readRun(dir)
    expect(stored).toMatchObject({ state: 'interrupted', trials: [], labels: [] })
    // Of the whole run there is one check where the machine's floor is known.
    expect(stored.checks.filter(({ trial }) => trial !== null)).toEqual([])
    expect((await readTable(dir, 'summary.csv')).rows).toEqual([])
  })

  it('does not wait for a server that says nothing', async () => {
    await using silent = await openServer(() => {})
    const out = join(folder.path, 'silent')
    const url = `smtp://127.0.0.1:${silent.port}`
    await using run = startCli(['run', '--smtp', url, '--timeout', '1h', '--warmup', '0', '--out', out])
    await silent.connected
    run.kill('SIGINT')
    expect((await run.ended).status).toBe(130)
    const { rows } = await readTable(await onlyRunIn(out), 'summary.csv')
    expect(rows).toMatchObject([
      { purpose: 'floor', valid: 'true' },
      {
        purpose: 'anatomy',
        attempted: '1',
        aborted: '1',
        valid: 'false',
        invalid_because: 'interrupted',
      },
    ])
  })
})

it('a run that is killed leaves files that can be read, and its sinks and links end by themselves', async () => {
  const out = join(folder.path, 'killed')
  await using run = startCli([...endless, '--out', out])
  // Labels are written every LABELS trials: within a round after the first, every label is on disk.
  const written = BEFORE + LABELS
  await run.says(ended(2))
  const { sinks, links } = childrenOf(run.pid)
  for (const pid of [sinks, links]) expect(isRunning(Number(pid))).toBe(true)
  run.kill('SIGKILL')
  expect((await run.ended).status).toBeNull()
  const dir = await onlyRunIn(out)
  const stored = await readRun(dir)
  expect(stored).toMatchObject({ state: 'running', ended_at: null })
  expect(stored.trials.length).toBeGreaterThanOrEqual(written)
  expect(stored.labels).toHaveLength(LABELS)
  const { rows } = await readTable(dir, 'summary.csv')
  expect(rows.length).toBeGreaterThanOrEqual(stored.trials.length)
  for (const name of ['timeline.csv', 'phases.csv', 'failures.csv', 'labels.csv']) await readTable(dir, name)
  for (const pid of [sinks, links])
    await vi.waitFor(() => expect(isRunning(Number(pid))).toBe(false), { timeout: 10_000 })
})

/** A server on loopback that does `serve` with each connection. */
async function openServer(serve: NonNullable<Parameters<typeof createServer>[1]>) {
  const server: Server = createServer(socket => {
    socket.on('error', () => {})
    serve(socket)
  })
  const connected = once(server, 'connection')
  return { ...(await listening(server)), connected }
}

async function listening(server: Server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.asyncDispose]: async () => void server.close() }
}

/** Two servers that repeat in their refusals whatever credentials they were given. */
async function openEchoes() {
  const heard: string[] = []
  const smtp = await openServer(socket => {
    socket.write('220 echo.example ESMTP\r\n')
    createInterface({ input: socket }).on('line', line => {
      heard.push(line)
      const words = `${line} ${Buffer.from(line.split(' ').at(-1) ?? '', 'base64').toString('utf8')}`
      if (/^EHLO/i.test(line)) socket.write('250-echo.example\r\n250 AUTH PLAIN LOGIN\r\n')
      else socket.write(`535 5.7.8 I do not know ${words.replaceAll('\0', ' ')}\r\n`)
    })
  })
  const http = await listening(
    createHttpServer((request, response) => {
      const { authorization = '' } = request.headers
      heard.push(authorization)
      const encoded = Buffer.from(authorization.slice('Bearer '.length)).toString('base64')
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: `I do not know ${authorization} (${encoded})` } }))
    }),
  )
  return { heard, smtp, http }
}

/** Everything that a run has written, in its files and to its output. */
async function everythingOf(out: string, { stdout, stderr }: CliResult): Promise<string> {
  return [stdout, stderr, ...(await textsIn(await onlyRunIn(out))).values()].join('\n')
}

describe('secrets appear in no file and in no output', () => {
  const user = 'bench'
  const password = 'pa55/w0rd+of:"mine"@home'
  const key = 'SG.k3y/of+mine=='
  const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '')
  const written = encodeURIComponent(password)
  const forms = [
    password,
    written,
    written.toLowerCase(),
    base64(password),
    base64(`\0${user}\0${password}`),
    base64(`${user}:${password}`),
    key,
    encodeURIComponent(key),
    base64(key),
  ]

  it.concurrent.each([
    ['in the URL and the command line', written, ['--api-key', key], ''],
    ['in the URL, encoded in another way', written.toLowerCase(), [], `:${encodeURIComponent(key)}@`],
    ['in the environment', `\${BENCH_PASSWORD}`, ['--api-key', `\${BENCH_KEY}`], ''],
    ['in the query of the URL', written, ['--api-key', `\${BENCH_KEY}`], ''],
  ])('when they stand %s', async (where, inUrl, more, userinfo) => {
    const echoes = await openEchoes()
    await using _smtp = echoes.smtp
    await using _http = echoes.http
    const out = join(folder.path, where.replaceAll(/\W+/g, '-'))
    const query = where.includes('query') ? `?key=${encodeURIComponent(key)}` : ''
    const result = await runCli(
      [
        ...['run', '--smtp', `smtp://${user}:${inUrl}@127.0.0.1:${echoes.smtp.port}?tls=none`],
        ...['--api', `http://${userinfo}127.0.0.1:${echoes.http.port}/send${query}`, ...more],
        ...['--messages', '3', '--warmup', '1', '--repeat', '1', '--samples', '--out', out],
      ],
      { env: { BENCH_PASSWORD: password, BENCH_KEY: key } },
    )
    expect(result.status).toBe(4)
    // They did cross the wire, and did come back: otherwise there is nothing to hide.
    const said = echoes.heard.join('\n')
    expect(said).toContain(base64(`\0${user}\0${password}`))
    expect(said).toContain(`Bearer ${key}`)
    const everything = await everythingOf(out, result)
    expect(everything.match(/I do not know /g)?.length).toBeGreaterThanOrEqual(4)
    for (const form of forms) {
      expect(everything).not.toContain(form)
      expect(everything).not.toContain(JSON.stringify(form).slice(1, -1))
    }
  })

  it('and are cut out of texts alone: a password of digits spoils no number of the stored plan', async () => {
    const out = join(folder.path, 'digits')
    const args = ['run', '--smtp', 'smtp://bench:1000@127.0.0.1:9', '--client', 'null', '--messages', '1000']
    expect((await runCli([...args, '--repeat', '1', '--out', out])).status).toBe(0)
    const { plan, command } = await readRun(await onlyRunIn(out))
    expect(plan).toMatchObject({ smtp: 'smtp://***@127.0.0.1:9', messages: 1000 })
    expect(command).not.toContain('1000')
  })
})
