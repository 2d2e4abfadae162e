import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readRun } from '../run-store/reader.ts'
import { openSinks } from '../sink/sinks.ts'
import { type Cli, onlyRunIn, runCli, startCli, temporaryFolder } from './cli.fixture.ts'
import { measuredIn, readTable, sumOf, type Table } from './run-files.fixture.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let sink: Cli
/** Ports of the sink that is started as a user would start it: its own process, its own certificate. */
const ports = { smtp: 0, smtps: 0, http: 0, https: 0 }

const anyPorts = ['--smtp-port', '0', '--smtps-port', '0', '--http-port', '0', '--https-port', '0']

beforeAll(async () => {
  folder = await temporaryFolder()
  sink = startCli(['sink', ...anyPorts, '--auth', 'u:p', '--key', 'k'])
  for (const scheme of Object.keys(ports) as (keyof typeof ports)[]) {
    const [, port] = await sink.says(new RegExp(` ${scheme}://127\\.0\\.0\\.1:(\\d+)`))
    ports[scheme] = Number(port)
  }
})
afterAll(async () => {
  await sink[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const MESSAGES = 3
let runs = 0

/** The floor of the one load comes first, and suffers from no server; then each client's anatomy. */
function expectFloors(rows: Table['rows']): Table['rows'] {
  const measured = measuredIn(rows)
  expect(rows.map(({ purpose }) => purpose)).toEqual([
    'floor',
    ...measured.map(() => 'anatomy'),
    ...measured.map(() => 'measure'),
  ])
  expect(rows[0]).toMatchObject({ trial: '1', client: 'null', failure_rate: '0', valid: 'true' })
  return rows.slice(1, 1 + measured.length)
}

/** Runs both protocols' clients against servers that take nothing, to the end. */
async function failing(...args: string[]) {
  runs += 1
  const out = join(folder.path, String(runs))
  const small = ['--messages', String(MESSAGES), '--warmup', '1', '--repeat', '1']
  const { status, stderr, stdout } = await runCli(['run', ...args, ...small, '--quiet', '--out', out])
  const dir = await onlyRunIn(out)
  const failures = await readTable(dir, 'failures.csv')
  const of = (protocol: string) =>
    failures.rows
      .filter(({ label }) => label?.startsWith(protocol))
      .map(({ outcome, phase, cause, code, enhanced_code, count }) =>
        [count, outcome, phase, cause, code, enhanced_code].filter(Boolean).join(' '),
      )
  // Nothing was accepted: the run says so by its status, and is complete all the same.
  expect({ status, stderr }).toEqual({ status: 4, stderr: '' })
  expect((await readRun(dir)).state).toBe('complete')
  const { rows } = await readTable(dir, 'summary.csv')
  // An anatomy is over with its first failure: a server that is dead is not waited for again and again.
  for (const anatomy of expectFloors(rows))
    expect(anatomy).toMatchObject({ attempted: '1', accepted: '0', round_trips_per_message: '' })
  return { smtp: of('smtp'), http: of('http'), stdout, rows: measuredIn(rows) }
}

/** A server on loopback that does `serve` with each connection. */
async function openServer(serve: Parameters<typeof createServer>[1] = () => {}) {
  const server: Server = createServer(socket => {
    socket.on('error', () => {})
    serve(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.asyncDispose]: async () => void server.close() }
}

describe('a run ends by itself with status 4, and says where and why nothing was accepted:', () => {
  it.concurrent('a wrong password, a wrong key', async () => {
    const { smtp, http, stdout } = await failing(
      ...['--smtp', `smtp://u:wrong@127.0.0.1:${ports.smtp}?tls=none`],
      ...['--api', `http://127.0.0.1:${ports.http}/send`, '--api-key', 'wrong'],
    )
    expect(smtp).toEqual([`${MESSAGES} rejected auth auth 535 5.7.8`])
    expect(http).toEqual([`${MESSAGES} rejected wait auth 401`])
    expect(stdout).toMatch(/3 x smtp nodemailer reuse 1u: rejected in auth \(auth, 535 5\.7\.8\): /)
    expect(stdout).toMatch(/3 x http undici reuse 1u: rejected in wait \(auth, 401\): /)
  })

  it.concurrent('no credentials where they are asked for', async () => {
    const { smtp, http } = await failing(
      ...['--smtp', `smtp://127.0.0.1:${ports.smtp}?tls=none`],
      ...['--api', `http://127.0.0.1:${ports.http}/send`],
    )
    expect(smtp).toEqual([expect.stringMatching(`${MESSAGES} rejected envelope auth 530`)])
    expect(http).toEqual([`${MESSAGES} rejected wait auth 401`])
  })

  it.concurrent('a port at which nobody listens', async () => {
    const { port } = await openServer().then(async server => {
      await server[Symbol.asyncDispose]()
      return server
    })
    const { smtp, http, rows } = await failing(
      ...['--smtp', `smtp://127.0.0.1:${port}`, '--api', `http://127.0.0.1:${port}/send`],
    )
    expect(smtp).toEqual([`${MESSAGES} faulted connect refused`])
    expect(http).toEqual([`${MESSAGES} faulted connect refused`])
    for (const row of rows) expect(row).toMatchObject({ connections: '0', failure_rate: '1' })
  })

  it('a server that takes connections and says nothing', async () => {
    await using silent = await openServer()
    const { smtp, http, rows } = await failing(
      ...['--smtp', `smtp://127.0.0.1:${silent.port}`, '--api', `http://127.0.0.1:${silent.port}/send`],
      // All users wait for it at the same time.
      ...['--timeout', '300ms', '--users', String(MESSAGES)],
    )
    // The HTTP client had handed the whole message over: it may have been taken (RFC 1047's problem).
    expect(smtp).toEqual([`${MESSAGES} faulted greeting timeout`])
    expect(http).toEqual([`${MESSAGES} in_doubt wait timeout`])
    expect(rows.map(({ failure_rate }) => failure_rate).sort()).toEqual(['', '1'])
  })

  it.concurrent('a server that hangs up', async () => {
    await using rude = await openServer(socket => socket.destroy())
    const { smtp } = await failing('--smtp', `smtp://127.0.0.1:${rude.port}`)
    expect(smtp).toEqual([expect.stringMatching(`${MESSAGES} faulted greeting reset`)])
  })

  it.concurrent('a certificate of an authority that is not trusted', async () => {
    const { smtp, http } = await failing(
      ...['--smtp', `smtps://u:p@127.0.0.1:${ports.smtps}`],
      ...['--api', `https://127.0.0.1:${ports.https}/send`, '--api-key', 'k'],
    )
    expect(smtp).toEqual([`${MESSAGES} faulted tls tls`])
    expect(http).toEqual([`${MESSAGES} faulted tls tls`])
  })

  it.concurrent('a certificate of another host', async () => {
    await using sinks = await openSinks({
      listeners: [
        { protocol: 'smtp', tls: 'starttls' },
        { protocol: 'http', tls: 'implicit' },
      ],
      certificateHosts: ['other.example'],
      script: {},
      seed: 'other',
    })
    const [smtpPort, httpPort] = sinks.endpoints.map(({ port }) => port)
    const authority = join(folder.path, 'ca.pem')
    await writeFile(authority, sinks.ca)
    const { smtp, http } = await failing(
      ...['--smtp', `smtp://127.0.0.1:${smtpPort}?tls=starttls`],
      ...['--api', `https://127.0.0.1:${httpPort}/send`, '--tls-ca', authority],
    )
    expect(smtp).toEqual([`${MESSAGES} faulted tls tls`])
    expect(http).toEqual([`${MESSAGES} faulted tls tls`])
  })

  it.concurrent('STARTTLS that is asked for and not offered', async () => {
    const sinks = await openSinks({
      listeners: [{ protocol: 'smtp', tls: 'none' }],
      script: {},
      seed: 'plain',
    })
    await using _ = sinks
    const { smtp } = await failing('--smtp', `smtp://127.0.0.1:${sinks.endpoints[0]?.port}?tls=starttls`)
    expect(smtp).toEqual([expect.stringMatching(`${MESSAGES} (faulted|rejected) starttls tls`)])
  })
})

it('a sink that is killed in the middle of a run ends neither the run nor its books', async () => {
  await using killed = startCli(['sink', ...anyPorts])
  const [, smtp] = await killed.says(/ smtp:\/\/127\.0\.0\.1:(\d+)/)
  const [, http] = await killed.says(/ http:\/\/127\.0\.0\.1:(\d+)/)
  const out = join(folder.path, 'killed')
  await using run = startCli([
    ...['run', '--smtp', `smtp://127.0.0.1:${smtp}?tls=none`, '--api', `http://127.0.0.1:${http}/send`],
    ...[
      '--users',
      '4',
      '--messages',
      '3000',
      '--warmup',
      '0',
      '--repeat',
      '1',
      '--timeout',
      '2s',
      '--out',
      out,
    ],
  ])
  await vi.waitFor(
    async () => {
      const { body } = await request(`http://127.0.0.1:${http}/_mailbench/receipts`)
      expect(await body.json()).toMatchObject({ taken: expect.toSatisfy((taken: number) => taken > 200) })
    },
    { timeout: 20_000, interval: 10 },
  )
  killed.kill('SIGKILL')
  const { status, stderr } = await run.ended
  expect([0, 4]).toContain(status)
  expect(stderr).not.toMatch(/Error|\n {4}at /)
  const summary = await readTable(await onlyRunIn(out), 'summary.csv')
  expectFloors(summary.rows)
  const rows = measuredIn(summary.rows)
  expect(rows).toHaveLength(2)
  for (const row of rows) {
    expect(row).toMatchObject({
      scheduled: '3000',
      attempted: '3000',
      dropped: '0',
      aborted: '0',
      valid: 'true',
    })
    const ended = ['accepted', 'faulted', 'in_doubt'].reduce((sum, outcome) => sum + Number(row[outcome]), 0)
    expect(ended).toBe(3000)
  }
  expect(sumOf(rows, 'accepted')).toBeGreaterThan(100)
  expect(sumOf(rows, 'faulted')).toBeGreaterThan(0)
  const failures = await readTable(await onlyRunIn(out), 'failures.csv')
  // Anatomies come before the sink is killed.
  expect(sumOf(failures.rows, 'count')).toBe(sumOf(rows, 'faulted') + sumOf(rows, 'in_doubt'))
  // What was in flight met a reset; what came after it, for one of the two all of it, a port that is closed.
  for (const { outcome, phase, cause } of failures.rows) {
    expect(['faulted', 'in_doubt']).toContain(outcome)
    expect(['reset', 'refused']).toContain(cause)
    if (cause === 'refused') expect([outcome, phase]).toEqual(['faulted', 'connect'])
    if (outcome === 'in_doubt') expect(['reply', 'wait']).toContain(phase)
  }
  const refused = failures.rows.filter(({ cause }) => cause === 'refused').map(({ label }) => label)
  expect(new Set(refused)).toEqual(new Set(rows.map(({ label }) => label)))
})

it('a fault that happens so many times happens as often in every trial, and one for good ends with its trial', async () => {
  const plan = join(folder.path, 'first.json')
  const out = join(folder.path, 'first')
  const faults = [
    { at: 'content', do: 'reject', first: 2 },
    { at: 'content', do: 'defer', every: 8, persists: true },
  ]
  const load = { users: 1, messages: 10, warmup: 9, repeat: 2, skip_anatomy: true }
  await writeFile(plan, JSON.stringify({ smtp: 'sink', api: 'sink', client: 'wire', faults, ...load }))
  const { status, stderr } = await runCli(['run', plan, '--quiet', '--out', out])
  expect(status, stderr).toBe(0)
  const dir = await onlyRunIn(out)
  const measured = measuredIn((await readTable(dir, 'summary.csv')).rows)
  expect(measured).toHaveLength(4)
  for (const { accepted, rejected, deferred } of measured)
    expect({ accepted, rejected, deferred }).toEqual({ accepted: '5', rejected: '2', deferred: '3' })
  const injected = (await readTable(dir, 'injected.csv')).rows
  expect(injected.map(({ fault, count }) => `${fault} ${count}`).sort()).toEqual([
    ...measured.map(() => 'defer 3'),
    ...measured.map(() => 'reject 2'),
  ])
})
