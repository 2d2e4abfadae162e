import { describe, expect, it } from 'vitest'
import { roundTripsClaim } from './c1-round-trips.ts'
import { around, exampleRun, type LabelSpec, librariesAt } from './run.fixture.ts'

const judge = (labels: readonly LabelSpec[]) => roundTripsClaim.judge(exampleRun(labels))
const libraries = librariesAt([20], { smtp: 1, http: 1 })
const wire = (mode: string): LabelSpec => ({ transport: 'smtp', client: 'wire', mode, p50s: around(1) })

describe('C1, numerous back-and-forths', () => {
  it('holds where SMTP takes more round trips, cold and warm', () => {
    const { verdict, figure, finding, evidence } = judge(libraries)
    expect(verdict).toBe('holds')
    expect(figure).toMatchObject({ value: 9, unit: 'round trips', interval: null })
    expect(finding).toBe(
      'A first message takes 9 round trips over SMTP, 3 over the API. On a kept connection each takes 2 and 1.',
    )
    expect(evidence.rows).toEqual([
      ['smtp', 'nodemailer', 'starttls', 'password', 7, 2, 9, 9],
      ['http', 'undici', 'implicit', 'key', 2, 1, 3, 3],
    ])
  })

  it('depends on the mode once chunks need as few on a kept connection', () => {
    const { verdict, finding } = judge([...libraries, wire('lockstep'), wire('chunked')])
    expect(verdict).toBe('depends')
    expect(finding).toBe(
      'A first message takes 8 to 11 round trips over SMTP, 3 over the API. On a kept connection each takes 1 to 4 and 1. As few with wire chunked.',
    )
  })

  it('does not hold where SMTP takes no more', () => {
    const even = libraries.map(spec => ({
      ...spec,
      target: 'example',
      round_trips_setup: 2,
      round_trips_per_message: 1,
    }))
    expect(judge(even).verdict).toBe('does not hold')
  })

  it('is inconclusive when a count at our own sink is not what theory gives, and says whose', () => {
    const odd = libraries.map(spec => (spec.transport === 'smtp' ? { ...spec, round_trips_setup: 8 } : spec))
    expect(judge(odd)).toMatchObject({ verdict: 'inconclusive', figure: { value: 10 } })
    expect(judge(odd).finding).toMatch(/Not as theory has it: smtp nodemailer\.$/)
  })

  it('takes a server of somebody else as it is', () => {
    const older = libraries.map(spec => ({ ...spec, target: 'smtp://relay.example' }))
    const tls12 = older.map(spec => (spec.transport === 'smtp' ? { ...spec, round_trips_setup: 8 } : spec))
    expect(judge(tls12)).toMatchObject({ verdict: 'holds', figure: { value: 10 } })
  })

  it('is not measured where a side was not counted, and names the plan that does', () => {
    const uncounted = libraries.map(spec => ({ ...spec, round_trips_setup: null }))
    const jobs = libraries.map(spec => ({ ...spec, batch_size: 1 }))
    for (const labels of [[], uncounted, jobs, libraries.filter(({ transport }) => transport === 'smtp')])
      expect(judge(labels)).toMatchObject({ verdict: 'not measured here', flips: 'mailbench run headline' })
  })
})
