import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { outcomes } from '../../sample.ts'
import { type StoredFiles, stored } from './mailbench.fixture.ts'
import { logOnce, postfixFromEnvironment } from './postfix.fixture.ts'
import { startRun, urlOf } from './run-postfix.fixture.ts'

const postfix = postfixFromEnvironment()

/** Enough for several seconds: the outage comes while it is under way. */
const messages = { reuse: 5000, fresh: 1500 } as const
type Connection = keyof typeof messages

function startLongRun(connection: Connection) {
  const size = ['--messages', String(messages[connection]), '--warmup', '0', '--repeat', '1', '--users', '10']
  const client = ['--client', 'nodemailer-raw', '--connection', connection]
  const started = startRun(postfix, '--smtp', urlOf(postfix), '--tls-ca', postfix.caFile, ...size, ...client)
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
async function expectTruth(files: StoredFiles, watched: ReturnType<typeof postfix.watchLog>): Promise<void> {
  const accepted = idsOf(files, 'accepted')
  const log = await logOnce(watched, ({ queued, delivered }) => {
    return queued.length >= accepted.length && delivered.length >= queued.length
  })
  const delivered = new Set(log.delivered)
  expect(delivered.size).toBe(log.delivered.length)
  expect(accepted.filter(id => !delivered.has(id))).toEqual([])
  const certainlyNot = idsOf(files, 'deferred', 'rejected', 'faulted', 'aborted', 'dropped')
  expect(certainlyNot.filter(id => delivered.has(id))).toEqual([])
  const inDoubt = new Set(idsOf(files, 'in_doubt'))
  const unclaimed = log.delivered.filter(id => !inDoubt.has(id) && !accepted.includes(id))
  expect(unclaimed).toEqual([])
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
      await expectTruth(files, watched)
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
    const watched = postfix.watchLog()
    const started = startLongRun('reuse')
    await logOnce(watched, ({ users }) => users.length >= 500)
    await postfix.stop()
    const files = await stored(started)
    await postfix.start()
    expect(files.ended.status).toBe(0)
    expectBalance(files, messages.reuse)
    await expectTruth(files, watched)
    const refused = files.run.failures.filter(({ cause }) => cause === 'refused')
    expect(refused).toMatchObject([{ outcome: 'faulted', phase: 'connect', code: null }])
  })
})
