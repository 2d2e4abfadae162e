import { describe, expect, it } from 'vitest'
import type { DoctorRecord } from '../run-store/doctor-record.ts'
import { portsClaim } from './c7-ports.ts'
import type { ClaimVerdict } from './claim.ts'
import { judgeAll } from './claims.ts'
import { http, local, record, SUBMISSION, smtp, type Target } from './doctor-record.fixture.ts'
import { exampleRun } from './run.fixture.ts'

const verdictOf = (...targets: Target[]) => portsClaim.judgeDoctor?.(record(...targets)).verdict

describe('C7, by what doctor found', () => {
  it.each([
    ['holds', 'no SMTP port is open, and the API is', [smtp(), http(443)]],
    ['does not hold', 'one port of the SMTP server is enough', [smtp(587), http(443)]],
    ['does not hold', 'it is the API that is blocked', [smtp(465, 587), http()]],
    ['depends', 'one SMTP server can be reached, another cannot', [smtp(587), smtp(), http(443)]],
    ['depends', 'one API can be reached, another cannot', [smtp(587), http(443), http()]],
    ['inconclusive', 'nothing can be reached: there may be no network', [smtp(), http()]],
    ['not measured here', 'there is no API', [smtp(587)]],
    ['not measured here', 'there is no SMTP server', [http(443)]],
    ['not measured here', 'no firewall is on loopback', [smtp(587), http(443)].map(local)],
    ['not measured here', 'a name without address has no ports', [{ ...smtp(), ports: [] }, http(443)]],
  ] satisfies [ClaimVerdict, string, Target[]][])('%s: %s', (verdict, _, targets) => {
    expect(verdictOf(...targets)).toBe(verdict)
  })

  it.each([
    ['an SMTP server and an API', 'all was on loopback', [smtp(587), http(443)].map(local)],
    ['an API', 'only the API was on loopback', [smtp(587), local(http(443))]],
    ['an SMTP server', 'no SMTP server was named', [http(443)]],
  ] satisfies [string, string, Target[]][])('asks for %s off loopback where %s', (wanted, _, targets) => {
    expect(portsClaim.judgeDoctor?.(record(...targets)).flips).toBe(
      `mailbench doctor PLAN --out FILE, of a plan that names ${wanted} not on loopback; then report RUN --doctor FILE`,
    )
  })

  it('says which ports, and how long a black hole goes unnoticed', () => {
    const { finding, figure, evidence } = portsClaim.judgeDoctor?.(record(smtp(587), smtp(), http(443))) ?? {}
    expect(finding).toBe(
      'On 2026-11-23, 1 of 1 APIs and 1 of 2 SMTP servers could be connected to from here (25 at 0 of 2, 465 at 0 of 2, 587 at 1 of 2, 2525 at 0 of 2). A port that answers nothing is noticed after 1.00 to 1.04 times the timeout, by 2 of 2 clients.',
    )
    expect(figure?.value).toBe(50)
    expect(evidence?.rows).toHaveLength(2 * SUBMISSION.length + 1 + 2)
  })
})

describe('all claims of runs and a record of doctor', () => {
  const run = exampleRun([])
  const c7 = (...records: DoctorRecord[]) => judgeAll([run, run], records).filter(({ id }) => id === 'C7')

  it('have C7 from the record, once, whatever the runs', () => {
    expect(c7(record(smtp(), http(443)))).toMatchObject([
      { verdict: 'holds', runId: 'doctor 2026-11-23T09:15:00.000Z' },
    ])
    expect(c7()).toMatchObject([{ verdict: 'not measured here', runId: null }])
  })

  it('say why a record does not settle it', () => {
    expect(c7(record(smtp()))).toMatchObject([
      { verdict: 'not measured here', runId: null, finding: expect.stringMatching(/of both transports/) },
    ])
  })
})
