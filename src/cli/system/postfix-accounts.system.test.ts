import { beforeAll, describe, expect, it } from 'vitest'
import { textsIn } from '../cli.fixture.ts'
import type { MailLog } from './mail-log.fixture.ts'
import { type StoredFiles, stored } from './mailbench.fixture.ts'
import { logOnce, postfixFromEnvironment } from './postfix.fixture.ts'
import { startRun, urlOf } from './run-postfix.fixture.ts'

const postfix = postfixFromEnvironment()

const sum = (values: readonly (string | number)[]) =>
  values.reduce<number>((total, value) => total + Number(value), 0)
const sorted = (ids: readonly string[]) => [...ids].sort()

/** Warm-up messages of a trial: run.json's plan tells them by the block, and the blocks by `connection`. */
function warmupOf({ run }: StoredFiles, connection: string): number {
  const { conditions } = run.plan as { conditions: { connection: string; warmup: number }[] }
  const block = conditions.find(candidate => candidate.connection === connection)
  if (!block) throw new Error(`the plan has no block with connection: ${connection}`)
  return block.warmup
}

describe('the quick plan over SMTP to Postfix', () => {
  let files: StoredFiles
  let log: MailLog
  let sent: number

  beforeAll(async () => {
    const watched = postfix.watchLog()
    const args = [
      '--smtp',
      urlOf(postfix),
      '--tls-ca',
      postfix.caFile,
      '--client',
      'nodemailer,nodemailer-raw',
    ]
    files = await stored(startRun(postfix, 'quick', ...args))
    sent = sum(
      files.summary.map(({ scheduled, connection }) => Number(scheduled) + warmupOf(files, connection)),
    )
    log = await logOnce(watched, ({ delivered }) => delivered.length >= sent)
  }, 120_000)

  it('ends well, every submission of every trial accepted', () => {
    expect(files.ended).toMatchObject({ status: 0, stderr: '' })
    expect(files.run.state).toBe('complete')
    expect(files.run.failures).toEqual([])
    const labels = new Set(files.summary.map(({ label }) => label))
    expect([labels.size, files.summary.length]).toEqual([8, 48])
    for (const row of files.summary) {
      const { scheduled } = row
      expect(Number(scheduled)).toBe(row.connection === 'fresh' ? 65 : 200)
      expect(row).toMatchObject({ transport: 'smtp', tls: 'starttls', valid: 'true', failure_rate: '0' })
      expect(row).toMatchObject({ attempted: scheduled, attempts: scheduled, accepted: scheduled })
      for (const outcome of ['deferred', 'rejected', 'faulted', 'in_doubt', 'aborted', 'dropped'] as const)
        expect(row[outcome]).toBe('0')
    }
  })

  it('agrees with the log of Postfix on how many were sent, warm-up included', () => {
    expect(sent).toBe(2 * 2 * 6 * (200 + 50 + 65 + 10))
    expect(files.samples).toHaveLength(sent)
    expect(log.queued).toHaveLength(sent)
    expect(log.delivered).toHaveLength(sent)
  })

  it('agrees with the log of Postfix on which were sent: none lost, none doubled', () => {
    const ids = sorted(files.samples.map(({ message_id }) => message_id))
    expect(new Set(ids).size).toBe(sent)
    expect(ids.find(id => !/^<[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{8}@example\.net>$/.test(id))).toBeUndefined()
    expect(sorted(log.queued)).toEqual(ids)
    expect(sorted(log.delivered)).toEqual(ids)
  })

  it('opened as many connections as Postfix saw, each under TLS', () => {
    const opened = sum(files.summary.map(({ connections }) => connections))
    expect(log.sessions).toEqual({ submission: opened, smtps: 0 })
    expect(log.tlsSessions).toBe(opened)
  })

  it('was authenticated for every message', () => {
    expect(log.users).toHaveLength(sent)
    expect(new Set(log.users)).toEqual(new Set([`${postfix.user}@mail.mailbench.test`]))
  })

  it('wrote the password to no file and no output', async () => {
    const texts = await textsIn(files.dir)
    expect([...texts.keys()]).toContain('run.json')
    for (const [name, text] of texts) expect(text.includes(postfix.password), name).toBe(false)
    expect(files.ended.stdout).not.toContain(postfix.password)
  })
})

describe('a run over smtps:// to Postfix', () => {
  it('is under TLS from the start, and accounts for every message', async () => {
    const watched = postfix.watchLog()
    const url = urlOf(postfix, { scheme: 'smtps' })
    const size = ['--messages', '40', '--warmup', '5', '--repeat', '1', '--users', '4']
    const { ended, summary, samples } = await stored(
      startRun(postfix, '--smtp', url, '--tls-ca', postfix.caFile, ...size),
    )
    expect(ended.status).toBe(0)
    const log = await logOnce(watched, ({ delivered }) => delivered.length >= 45)
    expect(sorted(log.delivered)).toEqual(sorted(samples.map(({ message_id }) => message_id)))
    expect(summary).toMatchObject([
      { accepted: '40', tls: 'implicit', connections: String(log.sessions.smtps) },
    ])
    expect(log.sessions.submission).toBe(0)
  })
})
