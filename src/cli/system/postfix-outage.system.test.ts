import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { outcomes } from '../../sample.ts'
import { type StoredFiles, stored } from './mailbench.fixture.ts'
import { logOnce, postfixFromEnvironment } from './postfix.fixture.ts'
import { startRun, urlOf } from './run-postfix.fixture.ts'

const postfix = postfixFromEnvironment()

/** Enough for several seconds: the outage comes while it is under way. */
const messages = { reuse: 5000, fresh: 1500 } as const
type Connection = keyof typeof messages

function startLongRun(connection: Connection, ...more: string[]) {
  const size = ['--messages', String(messages[connection]), '--warmup', '0', '--repeat', '1', '--users', '10']
  const client = ['--client', 'nodemailer-raw', '--connection', connection]
  const started = startRun(
    postfix,
    '--smtp',
    urlOf(postfix),
    '--tls-ca',
    postfix.caFile,
    ...size,
    ...client,
    ...more,
  )
  // A run that outlived a failed test would send into the next one's log.
  onTestFinished(() => void started.child.kill('SIGKILL'))
  return started
}

const idsOf = ({ samples }: StoredFiles, ...wanted: string[]) =>
  samples.filter(({ outcome }) => wanted.includes(outcome)).map(({ message_id }) => message_id)

/** Every due submission has one outcome, in the summary as in the samples. */
function expectBalance(files: StoredFiles, scheduled: number): void {
  const [row] = files.summary
  expect(row).toMatchObject({ scheduled: String(scheduled), valid: 'true' })
  expect(outcomes.map(outcome => Number(row?.[outcome])).reduce((a, b) => a + b)).toBe(scheduled)
  for (const outcome of outcomes) expect(idsOf(files, outcome), outcome).toHaveLength(Number(row?.[outcome]))
  expect(new Set(files.samples.map(({ message_id }) => message_id)).size).toBe(scheduled)
}

/** What the client claims of each message, against what Postfix delivered. */
function expectTruth(files: StoredFiles, all: readonly string[]): void {
  const accepted = idsOf(files, 'accepted')
  const delivered = new Set(all)
  expect(delivered.size).toBe(all.length)
  expect(accepted.filter(id => !delivered.has(id))).toEqual([])
  const certainlyNot = idsOf(files, 'deferred', 'rejected', 'faulted', 'aborted', 'dropped')
  expect(certainlyNot.filter(id => delivered.has(id))).toEqual([])
  const inDoubt = new Set(idsOf(files, 'in_doubt'))
  expect(all.filter(id => !inDoubt.has(id) && !accepted.includes(id))).toEqual([])
}

/** Message-IDs of all that was taken, once it is delivered. */
async function deliveredTo(watched: ReturnType<typeof postfix.watchLog>, accepted: number) {
  const { delivered } = await logOnce(watched, ({ queued, delivered }) => {
    return queued.length >= accepted && delivered.length >= queued.length
  })
  return delivered
}

describe('an outage of Postfix in the middle of a run', () => {
  // Also when a test failed between the two: the others need it.
  afterEach(async () => postfix.start().catch(() => {}))

  it.each<Connection>(['reuse', 'fresh'])(
    'crashes of smtpd cost what was in flight, no more; connections %s',
    async connection => {
      const watched = postfix.watchLog()
      const started = startLongRun(connection)
      let killed = 0
      for (const taken of [300, 600, 900]) {
        await logOnce(watched, ({ users }) => users.length >= taken)
        killed += postfix.killSmtpd()
      }
      const files = await stored(started)
      expect(files.ended.status).toBe(0)
      expectBalance(files, messages[connection])
      expectTruth(files, await deliveredTo(watched, idsOf(files, 'accepted').length))
      expect(killed).toBeGreaterThan(0)
      const failed = messages[connection] - idsOf(files, 'accepted').length
      expect(failed).toBeGreaterThan(0)
      expect(failed).toBeLessThanOrEqual(killed)
      for (const { outcome, cause } of files.run.failures) {
        expect(['faulted', 'in_doubt']).toContain(outcome)
        expect(cause).toBe('reset')
      }
    },
  )

  it('a Postfix that stops ends the run by itself, and nothing accepted is missing after its restart', async () => {
    const before = new Set(postfix.kept())
    const watched = postfix.watchLog()
    const started = startLongRun('reuse', '--to', `outage@${postfix.keptDomain}`)
    await logOnce(watched, ({ users }) => users.length >= 500)
    await postfix.stop()
    const files = await stored(started)
    await postfix.start()
    expect(files.ended.status).toBe(0)
    expectBalance(files, messages.reuse)
    const kept = () => postfix.kept().filter(id => !before.has(id))
    await vi.waitFor(
      () => {
        expect(postfix.queued()).toBe(0)
        expect(kept().length).toBeGreaterThanOrEqual(idsOf(files, 'accepted').length)
      },
      { timeout: 30_000, interval: 200 },
    )
    expectTruth(files, kept())
    const refused = files.run.failures.filter(({ cause }) => cause === 'refused')
    expect(refused).toMatchObject([{ outcome: 'faulted', phase: 'connect', code: null }])
  })
})
