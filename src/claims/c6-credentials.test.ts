import { describe, expect, it } from 'vitest'
import type { FailureRow, PhaseRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { credentialsClaim } from './c6-credentials.ts'
import { exampleRun, type LabelSpec, librariesAt } from './run.fixture.ts'

const sides = [
  { transport: 'smtp', client: 'nodemailer', phase: 'auth', code: 535, enhanced_code: '5.7.8' },
  { transport: 'http', client: 'undici', phase: 'wait', code: 401, enhanced_code: null },
] as const

interface Doctored {
  readonly messages?: number
  /** Taken of each trial, by transport. */
  readonly taken?: Partial<Record<'smtp' | 'http', number>>
  /** Whose client did not send its secret in clear text. */
  readonly shy?: 'smtp' | 'http'
}

/** A run that tried wrong credentials, with TLS and without, beside right ones. */
function tried({ messages = 20, taken = {}, shy }: Doctored = {}): StoredRun {
  const tls = (transport: string) => [transport === 'smtp' ? 'starttls' : 'implicit', 'none']
  const wrong: LabelSpec[] = sides.flatMap(({ transport, client }) =>
    tls(transport).map(encryption => {
      const accepted = taken[transport] ?? 0
      const refused = messages - accepted
      return {
        label: `${transport} wrong ${encryption}`,
        transport,
        client,
        auth: 'wrong',
        tls: encryption,
        connection: 'fresh',
        attempted: messages,
        accepted,
        rejected: refused,
        p50s: [1],
      }
    }),
  )
  const run = exampleRun([...librariesAt([0], { smtp: 4, http: 1 }), ...wrong])
  const failures = run.trials.flatMap((row): FailureRow[] => {
    const side = sides.find(({ transport }) => transport === row.transport)
    if (row.auth !== 'wrong' || !side) return []
    const local = shy === row.transport && row.tls === 'none'
    return [
      {
        run_id: 'r',
        trial: row.trial,
        label: row.label,
        outcome: local ? 'faulted' : 'rejected',
        phase: side.phase,
        cause: local ? 'policy' : 'auth',
        code: local ? null : side.code,
        enhanced_code: local ? null : side.enhanced_code,
        count: row.rejected,
        share: 1,
        first_at_ms: 1,
        example: null,
      },
    ]
  })
  const phases = run.trials
    .filter(
      ({ transport, connection, auth }) => transport === 'smtp' && connection === 'fresh' && auth !== 'wrong',
    )
    .map(
      ({ trial, label }): PhaseRow => ({
        run_id: 'r',
        trial,
        label,
        phase: 'auth',
        n: 100,
        mean_ms: 0.5,
        p50_ms: 0.4,
        p90_ms: 0.6,
        p99_ms: null,
        max_ms: 1,
        round_trips: 1,
      }),
    )
  return { ...run, failures, phases }
}

const judge = (doctored?: Doctored) => credentialsClaim.judge(tried(doctored))

describe('C6, a key as an extra level of security', () => {
  it('does not hold where both refuse, and both send their secret in clear text', () => {
    const { verdict, finding, figure, evidence } = judge()
    expect(verdict).toBe('does not hold')
    expect(finding).toBe(
      'With a wrong credential SMTP took 0 of 40 messages, the API 0 of 40. A wrong password is refused before the message is sent, a wrong key after that. Both send the secret in clear text where TLS is off. A password costs 1 round trip a connection, 0.40 ms, a key costs nothing.',
    )
    expect(figure).toMatchObject({ value: 0, unit: '%', interval: { low: 0 } })
    expect(figure?.interval?.high).toBeCloseTo(8.76, 1)
    expect(evidence.rows).toContainEqual([
      'smtp',
      'nodemailer',
      'none',
      20,
      0,
      'rejected',
      'auth',
      '535 5.7.8',
      'no',
    ])
    expect(evidence.rows).toContainEqual([
      'http',
      'undici',
      'implicit',
      20,
      0,
      'rejected',
      'wait',
      '401',
      'yes',
    ])
  })

  it('holds where a wrong password lets messages through and a wrong key does not', () => {
    expect(judge({ taken: { smtp: 3 } }).verdict).toBe('holds')
  })

  it('does not hold where a wrong key lets messages through', () => {
    expect(judge({ taken: { http: 3 } })).toMatchObject({ verdict: 'does not hold', figure: { value: 15 } })
  })

  it('holds where only the password is sent in clear text', () => {
    expect(judge({ shy: 'http' }).verdict).toBe('holds')
    expect(judge({ shy: 'smtp' }).verdict).toBe('does not hold')
  })

  it('says of each when it is refused, and nothing of what was not', () => {
    const run = tried()
    const early = run.failures.map(row => (row.code === 401 ? { ...row, phase: 'tls' as const } : row))
    expect(credentialsClaim.judge({ ...run, failures: early }).finding).toMatch(
      / A wrong password is refused before the message is sent, a wrong key before that\./,
    )
    const [first] = run.failures.filter(({ code }) => code === 401)
    const mixed = run.failures.map(row => (row === first ? { ...row, phase: 'tls' as const } : row))
    expect(credentialsClaim.judge({ ...run, failures: mixed }).finding).toMatch(
      /, a wrong key after that in 20 of 40\./,
    )
    expect(judge({ taken: { smtp: 20, http: 20 } }).finding).not.toMatch('refused')
  })

  it('is inconclusive of a few messages', () => {
    expect(judge({ messages: 4 }).verdict).toBe('inconclusive')
  })

  it('is not measured where no wrong credential was tried', () => {
    expect(credentialsClaim.judge(exampleRun(librariesAt([0], { smtp: 4, http: 1 })))).toMatchObject({
      verdict: 'not measured here',
      flips: 'mailbench run headline',
    })
  })
})
