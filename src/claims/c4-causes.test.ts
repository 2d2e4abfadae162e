import { describe, expect, it } from 'vitest'
import type { FailureRow, InjectedRow } from '../run-store/schema.ts'
import { causesClaim } from './c4-causes.ts'
import { exampleRun } from './run.fixture.ts'

const causes = [
  ['reject', 'policy', 550],
  ['defer', 'server', 451],
  ['throttle', 'throttled', 451],
  ['reset', 'reset', null],
] as const

/** Clients, and of a hundred faults of each kind how many they called by another name. */
function told(mistold: Readonly<Record<string, number>>, each = 100, repetitions = 1) {
  const clients = Object.keys(mistold)
  const run = exampleRun(
    clients.map(name => {
      const [transport = '', client = '', mode] = name.split(' ')
      return {
        label: name,
        transport: transport === 'smtp' ? ('smtp' as const) : ('http' as const),
        client,
        mode: mode ?? null,
        p50s: Array(repetitions).fill(1),
      }
    }),
  )
  const trials = run.trials.map(({ trial, label }) => ({ trial, label }))
  const injected = trials.flatMap(of =>
    causes.map(
      ([fault, cause]): InjectedRow => ({
        run_id: 'r',
        ...of,
        step: 'content',
        fault,
        cause,
        count: each,
      }),
    ),
  )
  const failures = trials.flatMap(of =>
    causes.flatMap(([, cause, code]) => {
      const wrong = mistold[of.label] ?? 0
      const row = (called: FailureRow['cause'], count: number): FailureRow => ({
        run_id: 'r',
        ...of,
        outcome: 'rejected',
        phase: 'reply',
        cause: called,
        code,
        enhanced_code: null,
        count,
        share: 0,
        first_at_ms: 1,
        example: null,
      })
      return wrong === 0 ? [row(cause, each)] : [row(cause, each - wrong), row('unknown', wrong)]
    }),
  )
  return { ...run, injected, failures }
}
const judge = (mistold: Readonly<Record<string, number>>, each?: number) =>
  causesClaim.judge(told(mistold, each))

describe('C4, SMTP tells directly what went wrong', () => {
  it('holds where every SMTP library tells nine of ten', () => {
    const { verdict, finding, figure, evidence } = judge({
      'smtp nodemailer': 2,
      'smtp wire lockstep': 0,
      'http undici': 10,
    })
    expect(verdict).toBe('holds')
    expect(finding).toBe(
      'Of what was done to them on purpose SMTP libraries told 98.0% by its right cause, API libraries 90.0%. Without a library over SMTP: wire lockstep 100.0%.',
    )
    expect(figure).toMatchObject({
      value: 98,
      unit: '%',
      name: 'causes told rightly over SMTP, least by nodemailer',
    })
    expect(evidence.rows[0]).toEqual([
      'smtp',
      'nodemailer',
      400,
      392,
      98,
      expect.any(Number),
      expect.any(Number),
      300,
      294,
      1,
    ])
  })

  it('depends on the client where one tells and another does not', () => {
    expect(judge({ 'smtp nodemailer': 40, 'smtp nodemailer-raw': 0, 'http undici': 0 }).verdict).toBe(
      'depends',
    )
  })

  it('is decided by libraries, and by bare clients only where there are no others', () => {
    const bare = { 'smtp wire lockstep': 10, 'http wire': 0 }
    const { verdict, finding } = judge({ ...bare, 'smtp nodemailer': 0, 'http undici': 0 })
    expect(verdict).toBe('holds')
    expect(finding).toMatch(/ Without a library over SMTP: wire lockstep 90\.0%\.$/)
    expect(judge(bare)).toMatchObject({
      verdict: 'inconclusive',
      finding:
        'Of what was done to them on purpose SMTP clients told 90.0% by its right cause, API clients 100.0%.',
    })
  })

  it('would be settled by more faults where it is inconclusive, otherwise by another client', () => {
    expect(judge({ 'smtp nodemailer': 10, 'http undici': 0 }).flips).toMatch(/^more faults/)
    for (const wrong of [0, 40])
      expect(judge({ 'smtp nodemailer': wrong, 'http undici': 0 }).flips).toMatch(/^another client/)
  })

  it('is no surer of faults for being repeated: the same seed draws the same', () => {
    const mistold = { 'smtp nodemailer': 0, 'http undici': 0 }
    const { figure, evidence } = causesClaim.judge(told(mistold, 100, 3))
    expect(figure).toEqual(judge(mistold).figure)
    expect(evidence.rows[0]?.slice(2, 4)).toEqual([1200, 1200])
  })

  it('says of the condition what all clients shared', () => {
    const { equal } = judge({ 'smtp nodemailer': 0, 'http undici': 0 })
    expect(equal).toMatch(/^sink, 0 ms RTT, kept connection, 1 at a time/)
  })

  it('does not hold where no SMTP client tells', () => {
    expect(judge({ 'smtp nodemailer': 40, 'http undici': 0 }).verdict).toBe('does not hold')
  })

  it('is inconclusive of a few faults', () => {
    expect(judge({ 'smtp nodemailer': 0, 'http undici': 0 }, 5).verdict).toBe('inconclusive')
  })

  it('does not credit a cause that is told more often than it happened', () => {
    const run = told({ 'smtp nodemailer': 0, 'http undici': 0 })
    const failures = run.failures.map(row => ({ ...row, cause: 'reset' as const }))
    expect(causesClaim.judge({ ...run, failures } as typeof run)).toMatchObject({
      verdict: 'does not hold',
      figure: { value: 25 },
    })
  })

  it('is not measured where nothing was injected', () => {
    expect(causesClaim.judge(exampleRun([{ transport: 'smtp', p50s: [1] }]))).toMatchObject({
      verdict: 'not measured here',
      flips: 'mailbench run failures',
    })
  })
})
