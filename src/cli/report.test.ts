import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { http, record, smtp } from '../claims/doctor-record.fixture.ts'
import { around, exampleRun, librariesAt } from '../claims/run.fixture.ts'
import { reports } from '../report/reports.ts'
import { writeRun } from '../report/run-directory.fixture.ts'
import { DOCTOR_FILE } from '../run-store/doctor-record.ts'
import { runCli, temporaryFolder } from './cli.fixture.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let dir: string
beforeAll(async () => {
  folder = await temporaryFolder()
  dir = join(folder.path, 'run')
  await writeRun(dir, exampleRun(librariesAt([0, 20], { smtp: 4, http: 1 })))
})
afterAll(() => folder[Symbol.asyncDispose]())

const files = [
  ...reports.map(({ file }) => file),
  'hgrm/smtp-nodemailer-reuse-1u-rtt-0ms.hgrm',
  'hgrm/http-undici-fresh-1u-rtt-20ms.hgrm',
]
const contents = async (where: string) =>
  Object.fromEntries(
    await Promise.all(files.map(async file => [file, await readFile(join(where, file), 'utf8')])),
  )

describe('mailbench report', () => {
  it('makes every report again, byte for byte, from what is stored', async () => {
    const { status, stdout, stderr } = await runCli(['report', dir])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^SMTP or API\? With nodemailer and undici the API was sooner in all 4 conditions/)
    expect(stdout).toMatch(/Files: .*run\n$/)
    const before = await contents(dir)
    const stored = await readFile(join(dir, 'run.json'))
    await Promise.all(files.map(file => rm(join(dir, file))))
    const again = await runCli(['report', dir, '--quiet'])
    expect(again).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(await contents(dir)).toEqual(before)
    expect(await readFile(join(dir, 'run.json'))).toEqual(stored)
  })

  it('joins several runs in a folder of their own, each claim from the runs that measure it', async () => {
    const other = join(folder.path, 'other')
    await writeRun(other, exampleRun([{ transport: 'smtp', p50s: around(1) }], { run_id: 'other' }))
    const joined = join(folder.path, 'joined')
    const { status, stdout } = await runCli(['report', other, dir, '--out', joined])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^SMTP or API\? With nodemailer and undici/)
    const summary = await readFile(join(joined, 'summary.md'), 'utf8')
    expect(summary).toContain('`other: smtp nodemailer reuse 1u rtt-0ms`')
    expect(await readdir(other)).not.toContain('summary.md')
  })

  it('judges by what doctor found, named or beside the run', async () => {
    const own = join(folder.path, 'examined')
    await writeRun(own, exampleRun(librariesAt([0], { smtp: 4, http: 1 })))
    const named = join(folder.path, 'named.json')
    await writeFile(named, JSON.stringify(record(smtp(), http(443))))
    await writeFile(join(own, DOCTOR_FILE), JSON.stringify(record(smtp(587), http(443))))
    const beside = await runCli(['report', own])
    expect(beside.stdout).toMatch(/^ {2}C7 +does not hold /m)
    const other = await runCli(['report', own, '--doctor', named])
    expect(other.stdout).toMatch(/^ {2}C7 +holds /m)
    expect(await readFile(join(own, 'report.html'), 'utf8')).toContain('smtp.example')
    const missing = await runCli(['report', own, '--doctor', join(own, 'none.json')])
    expect(missing).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^mailbench: --doctor: ".*none\.json" does not exist: .*\n$/),
    })
  })

  it('asks for a folder when it joins', async () => {
    const { status, stderr } = await runCli(['report', dir, dir])
    expect(status).toBe(2)
    expect(stderr).toBe(
      'mailbench: --out: a report of several runs belongs to none of them: name a folder for it\n',
    )
  })

  it.each([
    ['empty', () => 0, /it has none of the run's 80 trials/],
    ['cut in half', (size: number) => Math.floor(size / 2), /cut off after trial 3\d of 80/],
    ['cut in their last line', (size: number) => size - 1, /cut off after trial 79 of 80/],
  ])('refuses a run whose histograms are %s: a report would leave them out', async (name, left, words) => {
    const cut = join(folder.path, name)
    await writeRun(cut, exampleRun(librariesAt([0, 20], { smtp: 4, http: 1 })))
    const file = join(cut, 'histograms.hlog')
    await truncate(file, left((await stat(file)).size))
    const { status, stderr, stdout } = await runCli(['report', cut])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^mailbench: histograms\.hlog in ".*" is damaged \(.*\)\n$/)
    expect(stderr).toMatch(words)
  })

  it('says in one line what is no run', async () => {
    const broken = join(folder.path, 'broken')
    await writeRun(broken, exampleRun([]))
    await writeFile(join(broken, 'run.json'), '{"version": 2}')
    for (const [where, words] of [
      [join(folder.path, 'nothing'), /is no run directory: run\.json cannot be read/],
      [broken, /does not fit this version of mailbench/],
    ] as const) {
      const { status, stderr } = await runCli(['report', where])
      expect(status).toBe(2)
      expect(stderr).toMatch(words)
      expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    }
  })
})
