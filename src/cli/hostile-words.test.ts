import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CliResult, onlyRunIn, runCli, temporaryFolder, textsIn } from './cli.fixture.ts'
import {
  HOSTILE_WORDS,
  openRudeHttp,
  openRudeSmtp,
  type TalkingServer,
  unprintable,
} from './hostile-words.fixture.ts'
import { readTable } from './run-files.fixture.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let smtp: TalkingServer
let http: TalkingServer
/** Of a run against both, with every client. */
let ran: CliResult
let dir: string

const PASSWORD = 'never-told'
const relay = () => `smtp://127.0.0.1:${smtp.port}?tls=none`
const api = () => `http://127.0.0.1:${http.port}/send`
const small = ['--messages', '2', '--warmup', '0', '--repeat', '1', '--samples']

beforeAll(async () => {
  folder = await temporaryFolder()
  smtp = await openRudeSmtp()
  http = await openRudeHttp()
  const out = join(folder.path, 'runs')
  const clients = ['--client', 'nodemailer,nodemailer-raw,undici,wire']
  ran = await runCli(['run', '--smtp', relay(), '--api', api(), ...clients, ...small, '--out', out])
  dir = await onlyRunIn(out)
}, 60_000)
afterAll(async () => {
  for (const server of [smtp, http]) await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

function expectPrintable({ stdout, stderr }: CliResult): void {
  expect(unprintable.exec(stdout)?.input.slice(0, 500)).toBeUndefined()
  expect(unprintable.exec(stderr)?.input.slice(0, 500)).toBeUndefined()
  // They did say it, and it is shown as far as it can be.
  expect(stdout + stderr).toContain('cmd|calc!A0')
}

describe('what a hostile server says reaches no terminal as it was said', () => {
  it('from a run', () => {
    expect(ran.status, ran.stderr).toBe(4)
    expectPrintable(ran)
  })

  it('from a report, a comparison and their JSON', async () => {
    const hostile = JSON.stringify(HOSTILE_WORDS).slice(1, -1)
    const stored = await readFile(join(dir, 'run.json'), 'utf8')
    const copy = join(folder.path, 'copy')
    // A run that somebody else sends may say in its labels what it likes.
    await cp(dir, copy, { recursive: true })
    await writeFile(join(copy, 'run.json'), stored.replaceAll('smtp nodemailer reuse 1u', `smtp ${hostile}`))
    for (const args of [
      ['report', copy],
      ['compare', copy, copy, '--anyway'],
      ['compare', copy, copy, '--anyway', '--json'],
    ]) {
      const result = await runCli(args)
      expect(unprintable.exec(result.stdout + result.stderr)?.input, args.join(' ')).toBeUndefined()
    }
  })

  it.each([
    ['probe', () => [relay()]],
    ['probe', () => [api()]],
    ['doctor', () => ['--smtp', `smtp://u:${PASSWORD}@127.0.0.1:${smtp.port}`, '--api', api()]],
    ['doctor', () => ['--smtp', `smtp://u:${PASSWORD}@127.0.0.1:${smtp.port}`, '--api', api(), '--json']],
  ] as const)('from %s %#', async (command, args) => {
    const result = await runCli([command, ...args()])
    expect(result.status, result.stderr).toBe(4)
    expectPrintable(result)
  })
})

it('nor does a file hold it, and no cell is a formula', async () => {
  for (const [name, text] of await textsIn(dir)) {
    // What is not ASCII is read byte by byte here, and some bytes would pass for controls.
    const words = Buffer.from(text, 'latin1').toString('utf8').replaceAll('\r\n', '\n')
    expect([name, unprintable.exec(words)?.[0]]).toEqual([name, undefined])
  }
  const { rows } = await readTable(dir, 'failures.csv')
  expect(rows.some(({ example }) => example?.includes('cmd|calc!A0'))).toBe(true)
  for (const name of ['failures.csv', 'summary.csv', 'labels.csv', 'samples.csv.gz'])
    for (const row of (await readTable(dir, name)).rows)
      for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+@]|^-(?![\d.])/)
})

it.each(['nodemailer', 'nodemailer-raw', 'wire'])(
  'a password is not told by %s where STARTTLS was taken away',
  async client => {
    await using stripped = await openRudeSmtp()
    const url = `smtp://bench:${PASSWORD}@127.0.0.1:${stripped.port}`
    const out = join(folder.path, client)
    const { status } = await runCli(['run', '--smtp', url, '--client', client, ...small, '--out', out])
    expect(status).toBe(4)
    const heard = stripped.heard()
    expect(heard).toContain('EHLO')
    expect(heard).not.toContain('AUTH')
    expect(heard).not.toContain('MAIL')
    const { rows } = await readTable(await onlyRunIn(out), 'failures.csv')
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row).toMatchObject({ phase: 'starttls', cause: 'tls' })
  },
)
