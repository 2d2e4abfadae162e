import { describe, expect, it } from 'vitest'
import type { FailureRow, InjectedRow, LabelRow } from '../run-store/schema.ts'
import { renderFailures } from './failure-table.ts'
import { exampleLabelRow } from './label-row.fixture.ts'

const fault = '1% reset at any'
const label = (name: string, more: Partial<LabelRow> = {}) =>
  exampleLabelRow({
    label: name,
    fault,
    connection: 'fresh',
    ...{
      attempted: 200,
      attempts: 200,
      accepted: 190,
      faulted: 6,
      deferred: 2,
      in_doubt: 2,
      in_doubt_taken: 1,
    },
    ...{ failure_rate: 0.0404, failure_rate_low: 0.0206, failure_rate_high: 0.0777, lost: 0, duplicated: 0 },
    ...more,
  })
const failure = (of: string, more: Partial<FailureRow>): FailureRow => ({
  ...{ run_id: 'r', trial: 1, label: of, outcome: 'faulted', phase: 'hello', cause: 'reset', code: null },
  ...{ enhanced_code: null, count: 6, share: 0.03, first_at_ms: 1, example: null },
  ...more,
})
const injected = (of: string, cause: InjectedRow['cause'], count: number): InjectedRow => ({
  ...{ run_id: 'r', trial: 1, label: of, step: 'hello', fault: 'reset', cause, count },
})

/** What a label met, and what it says of it: one of the ten is called by a name of its own. */
const met = (of: string) => ({
  failures: [
    failure(of, {}),
    failure(of, { outcome: 'deferred', phase: 'envelope', cause: 'server', code: 421, count: 2 }),
    failure(of, { outcome: 'in_doubt', phase: 'reply', cause: 'unknown', count: 2 }),
  ],
  injected: [injected(of, 'reset', 8), injected(of, 'server', 3), injected(of, null, 5)],
})

const linesOf = (labels: LabelRow[], { failures, injected }: ReturnType<typeof met>, width = 100) =>
  renderFailures({ labels, failures, injected }, width)?.split('\n') ?? []

describe('the table of failures', () => {
  it('is not there when nothing was to go wrong', () => {
    expect(
      renderFailures({ labels: [label('smtp', { fault: null })], failures: [], injected: [] }, 100),
    ).toBeUndefined()
  })

  it('has the ledger of each label that faults befell, and how many causes were told rightly', () => {
    const lines = linesOf([label('smtp a'), label('sound', { fault: null })], met('smtp a'))
    expect(lines.slice(0, 2)).toEqual([
      'what went wrong  faults  failed     95% CI  in doubt  taken  lost  doubled  cause right   code',
      'smtp a               11    4.0%  2.1%-7.8%         2      1     0        0         8/10  20.0%',
    ])
  })

  it('judges no causes where attempts hide them, or where messages share a connection', () => {
    const again = label('again', { attempts: 210, duplicated: 7 })
    const shared = label('h2', { transport: 'http', http_version: '2', connection: 'reuse' })
    const both = [met('again'), met('h2')]
    const lines = linesOf([again, shared], {
      failures: both.flatMap(({ failures }) => failures),
      injected: both.flatMap(({ injected }) => injected),
    })
    expect(lines[1]).toMatch(/^again .* 0 {8}7 +- +-$/)
    expect(lines[2]).toMatch(/^h2 .* - +-$/)
  })

  it('places the failures of all clients of a transport in their phases, in doubt apart, and names the faults', () => {
    const both = [met('smtp a'), met('smtp b')]
    const lines = linesOf([label('smtp a'), label('smtp b')], {
      failures: both.flatMap(({ failures }) => failures),
      injected: [],
    })
    expect(lines.slice(4)).toEqual([
      'all clients       n  failed     95% CI  in doubt     95% CI  failed in',
      'smtp fresh (a)  400    4.0%  2.5%-6.5%      1.0%  0.4%-2.5%  hello 3.0%, envelope 1.0%',
      '  (a) 1% reset at any',
    ])
  })

  it('loses columns, and hangs what is long below its row, until it is as narrow as the terminal', () => {
    const fault = Array.from({ length: 9 }, () => '2% unavailable at any').join(' and ')
    const name = 'smtp nodemailer-raw fresh 5u faults-2%'
    const lines = linesOf([label(name, { fault })], met(name), 80)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
    expect(lines[0]).toBe(`what went wrong${' '.repeat(25)}failed  in doubt  taken  lost  doubled`)
    expect(lines[5]).toBe('  in hello 3.0%, envelope 1.0%')
    expect(lines.slice(6, 8)).toEqual([
      '  (a) 2% unavailable at any and 2% unavailable at any and 2% unavailable at any',
      '    and 2% unavailable at any and 2% unavailable at any and 2% unavailable at',
    ])
  })
})
