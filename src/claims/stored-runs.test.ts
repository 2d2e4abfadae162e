import { describe, expect, it } from 'vitest'
import type { ClaimVerdict } from './claim.ts'
import { claims } from './claims.ts'
import {
  all,
  change,
  changeJobs,
  type Doctoring,
  failing,
  fewer,
  isBare,
  isHttp,
  isSmtp,
  rounds,
  slower,
  storedRuns,
  telling,
  without,
} from './stored-runs.fixture.ts'

type Case = readonly [verdict: ClaimVerdict, when: string, doctoring: Doctoring]

const judge = (id: string, run: keyof typeof storedRuns, doctoring: Doctoring = stored => stored) => {
  const claim = claims.find(each => each.id === id)
  if (!claim) throw new Error(`there is no ${id}`)
  return claim.judge(doctoring(storedRuns[run]))
}

/** What each claim becomes of a real run when what was measured is another: known, whatever the run found. */
const cases: Readonly<Record<string, readonly [run: keyof typeof storedRuns, ...Case[]]>> = {
  C1: [
    'headline',
    ['holds', 'nobody sends in chunks', without(({ mode }) => mode === 'chunked')],
    [
      'does not hold',
      'APIs that are not ours took twenty times the round trips',
      change(isHttp, row => ({
        target: 'https://api.example',
        round_trips_setup: (row.round_trips_setup ?? 0) * 20,
        round_trips_per_message: (row.round_trips_per_message ?? 0) * 20,
      })),
    ],
    [
      'inconclusive',
      'our own API took one more than theory has it',
      change(isHttp, row => ({ round_trips_setup: (row.round_trips_setup ?? 0) + 1 })),
    ],
    ['not measured here', 'no API was measured', without(isHttp)],
  ],
  C2: [
    'headline',
    ['holds', 'the API took a twentieth', slower(isHttp, 1 / 20)],
    ['does not hold', 'the API took twenty times as long', slower(isHttp, 20)],
    [
      'depends',
      'it did so on one network',
      all(
        slower(isHttp, 1 / 20),
        slower(row => isHttp(row) && row.link_rtt_ms === 100, 400),
      ),
    ],
    [
      'depends',
      'only bare SMTP was sooner',
      all(
        slower(row => isHttp(row) && !isBare(row), 1 / 20),
        slower(row => isSmtp(row) && isBare(row), 1 / 20),
      ),
    ],
    ['inconclusive', 'there were three rounds', rounds(3)],
    ['not measured here', 'no API was measured', without(isHttp)],
    ['not measured here', 'no SMTP was measured', without(isSmtp)],
  ],
  C3: [
    'failures',
    ['holds', 'all fails over SMTP and nothing over the API', all(failing(isSmtp, 1), failing(isHttp, 0))],
    ['does not hold', 'all fails over the API', failing(isHttp, 1)],
    [
      'depends',
      'it does so on kept connections only',
      all(
        failing(isSmtp, 0.5),
        failing(isHttp, 0),
        failing(row => isHttp(row) && row.connection === 'reuse', 1),
      ),
    ],
    ['inconclusive', 'as many failed of a hundredth of the messages', all(failing(isSmtp, 0.3), fewer(100))],
    ['not measured here', 'nothing was exposed to faults', without(({ fault }) => fault !== null)],
    ['not measured here', 'no API was exposed', without(isHttp)],
  ],
  C4: [
    'failures',
    ['holds', 'all is told', telling(() => true, true)],
    ['does not hold', 'SMTP clients tell nothing', telling(isSmtp, false)],
    [
      'depends',
      'one library tells and another does not',
      all(
        telling(isSmtp, true),
        telling(({ client }) => client === 'nodemailer', false),
      ),
    ],
    [
      'inconclusive',
      'one fault of each kind was met',
      all(
        run => ({ ...run, injected: run.injected.map(row => ({ ...row, count: Math.min(1, row.count) })) }),
        run => ({
          ...run,
          injected: run.injected.filter(
            (row, i) =>
              run.injected.findIndex(({ label, cause }) => label === row.label && cause === row.cause) === i,
          ),
        }),
        telling(() => true, true),
      ),
    ],
    ['not measured here', 'nothing was injected', run => ({ ...run, injected: [] })],
  ],
  C5: [
    'merge',
    [
      'holds',
      'jobs took a hundredth over the API',
      changeJobs(isHttp, job => ({ total_ms: job.total_ms / 100 })),
    ],
    [
      'does not hold',
      'jobs took a thousand times as long over the API',
      changeJobs(isHttp, job => ({ total_ms: job.total_ms * 1000 })),
    ],
    [
      'depends',
      'they did so by the bare client only',
      all(
        changeJobs(isHttp, job => ({ total_ms: job.total_ms / 100 })),
        changeJobs(
          row => isHttp(row) && isBare(row),
          job => ({ total_ms: job.total_ms * 1e5 }),
        ),
      ),
    ],
    ['inconclusive', 'there were three rounds', rounds(3)],
    ['not measured here', 'no job by SMTP was measured', without(isSmtp)],
    [
      'not measured here',
      'a message of every job got lost',
      changeJobs(isHttp, job => ({ accepted: job.accepted - 1 })),
    ],
  ],
  C6: [
    'headline',
    ['holds', 'wrong passwords are taken', failing(row => isSmtp(row) && row.auth === 'wrong', 0)],
    ['does not hold', 'wrong keys are taken', failing(row => isHttp(row) && row.auth === 'wrong', 0)],
    [
      'holds',
      'an API client keeps its key to itself without TLS',
      run => {
        const shy = run.labels.filter(({ transport, tls }) => transport === 'http' && tls === 'none')
        return {
          ...run,
          failures: run.failures.map(row =>
            shy.some(({ label }) => label === row.label) ? { ...row, code: null } : row,
          ),
        }
      },
    ],
    ['inconclusive', 'a tenth was tried', fewer(10)],
    ['not measured here', 'no wrong credential was tried', without(({ auth }) => auth === 'wrong')],
  ],
  C7: ['headline', ['not measured here', 'it is a run, and no record of doctor', run => run]],
  C10: [
    'headline',
    ['holds', 'SMTP took a twentieth', slower(isSmtp, 1 / 20)],
    ['does not hold', 'SMTP took twenty times as long', slower(isSmtp, 20)],
    [
      'depends',
      'it did so on one network',
      all(
        slower(isSmtp, 1 / 20),
        slower(row => isSmtp(row) && row.link_rtt_ms === 100, 400),
      ),
    ],
    [
      'does not hold',
      'SMTP failed half the time, however soon it was',
      all(slower(isSmtp, 1 / 20), failing(isSmtp, 0.5)),
    ],
    ['inconclusive', 'there were three rounds', rounds(3)],
    ['not measured here', 'no connection was kept', without(({ connection }) => connection === 'reuse')],
  ],
}

describe.each(Object.entries(cases))('%s by the stored run', (id, [name, ...doctored]) => {
  it.each(doctored)('%s where %s', (verdict, _, doctoring) => {
    expect(judge(id, name, doctoring).verdict).toBe(verdict)
  })
})

it.each(Object.entries(cases).filter(([id]) => id !== 'C7'))(
  '%s is measured by it as it is',
  (id, [name]) => {
    expect(judge(id, name).verdict).not.toBe('not measured here')
  },
)

describe('HTTP/2 in the stored runs', () => {
  const isHttp2 = ({ http_version: version }: { http_version: string | null }) => version === '2'

  it.each([
    ['C2', 'headline', all(slower(isHttp, 1 / 20), slower(isHttp2, 400))],
    ['C3', 'failures', all(failing(isSmtp, 0.5), failing(isHttp, 0), failing(isHttp2, 1))],
    ['C10', 'headline', all(slower(isSmtp, 20), failing(isHttp2, 1))],
  ] as const)('changes nothing of %s beside HTTP/1.1, and is evidence', (id, name, doctoring) => {
    const { verdict, evidence } = judge(id, name, doctoring)
    expect(verdict).toBe(judge(id, name, all(doctoring, without(isHttp2))).verdict)
    expect(evidence.rows.filter(row => row.includes('undici h2')).length).toBeGreaterThan(0)
  })

  it('is named where it fails and HTTP/1.1 does not', () => {
    const doctoring = all(failing(isSmtp, 0.5), failing(isHttp, 0), failing(isHttp2, 1))
    expect(judge('C3', 'failures', doctoring)).toMatchObject({
      verdict: 'holds',
      finding: expect.stringMatching(/ Over HTTP\/2 it is otherwise in 5 of 5 \(kept connection, /),
    })
  })

  it('decides where nothing else was measured', () => {
    const only = without(row => isHttp(row) && !isHttp2(row))
    expect(judge('C3', 'failures', all(only, failing(isHttp, 1))).verdict).toBe('does not hold')
  })
})

describe('bare clients in the stored runs', () => {
  it('change nothing of what C4 says of libraries', () => {
    for (const isRight of [true, false]) {
      const libraries = telling(row => !isBare(row), true)
      const doctoring = all(libraries, telling(isBare, isRight))
      expect(judge('C4', 'failures', doctoring).verdict).toBe('holds')
    }
  })
})
