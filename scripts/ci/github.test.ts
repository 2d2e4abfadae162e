import { describe, expect, test } from 'vitest'
import { compareRuns } from '../../src/gate/compare/compare.ts'
import { timedMetrics } from '../../src/gate/compare/metrics.ts'
import { exampleRun } from '../../src/gate/compare/runs.fixture.ts'
import { exampleLabelRow } from '../../src/report/label-row.fixture.ts'
import { ANNOTATIONS_MAX, annotationsOf, complaintsOf, type Outcome, stepSummary } from './github.ts'

const nothing: Outcome = { run: undefined, compared: undefined, errors: [] }

describe('annotations', () => {
  test('are ten at most, the last of which says how many more there are', () => {
    const complaints = Array.from({ length: 25 }, (_, i) => `complaint ${i}`)
    const lines = annotationsOf(complaints)
    expect(lines).toHaveLength(ANNOTATIONS_MAX)
    expect(lines.at(-1)).toBe('::error title=mailbench::and 16 more: see the summary')
    expect(annotationsOf(complaints.slice(0, ANNOTATIONS_MAX)).at(-1)).toMatch(/complaint 9$/)
  })

  test('are a line each, whatever a server said', () => {
    const [line] = annotationsOf(['100%\r\n::set-output name=a::b \u001b[31m'])
    expect(line).toBe('::error title=mailbench::100%25 ::set-output name=a::b  [31m')
  })
})

describe('what is wrong', () => {
  test('is told the gravest first', () => {
    const labels = [
      exampleLabelRow({ label: 'starved', valid: false, invalid_because: 'start lag' }),
      exampleLabelRow({ label: 'refused', accepted: 0 }),
      exampleLabelRow({ label: 'refused as it should be', accepted: 0, auth: 'wrong' }),
    ]
    const threshold = { threshold: 'lost==0', value: 2, low: null, high: null, nearest: true, found: '2' }
    const thresholds = [
      { ...threshold, label: 'lossy', ok: false },
      { ...threshold, label: null, found: 'no label matches {mode:x}', ok: false },
      { ...threshold, label: 'good', ok: true },
    ]
    expect(complaintsOf({ ...nothing, errors: ['no such plan'], run: { labels, thresholds } })).toEqual([
      'no such plan',
      'starved: invalid, start lag',
      'refused: no message was accepted',
      'lost==0: lossy has 2',
      'lost==0: no label matches {mode:x}',
    ])
  })

  test('is nothing where there is nothing', () => {
    expect(complaintsOf(nothing)).toEqual([])
  })
})

describe('the summary', () => {
  const label = (trips: number) => [{ label: 'a | b', repetitions: [{ round_trips_per_message: trips }] }]
  const options = { metrics: timedMetrics, anyway: false, countedOnly: true, isBaseline: true }
  const compared = {
    ...compareRuns([exampleRun(label(2))], [exampleRun(label(4))], options),
    conclusion: 'Regression: <script>',
  }

  test('has what changed in a table that no label breaks, and the trend as it is', () => {
    const text = stepSummary({ ...nothing, compared, report: '## SMTP or API?', trend: '```\n<b>' })
    expect(text).toContain('| `a \\| b` | round_trips_per_message | 2 -> 4 |  | worse |')
    expect(text).toContain('**Regression: &lt;script>**')
    expect(text).toContain('\n    ```\n    <b>\n')
    expect(text.endsWith('## SMTP or API?')).toBe(true)
  })

  test('leaves out a report that makes it too long for GitHub', () => {
    const text = stepSummary({ ...nothing, compared, report: 'é'.repeat(600_000), trend: undefined })
    expect(text).toContain('worse')
    expect(text).toMatch(/The report is too long for a summary: see the artifact\.\n$/)
  })
})
