import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { historyRow, historyRowsOf } from '../../src/gate/history/row.ts'
import { labelOf, runOfDay } from '../../src/gate/history/runs.fixture.ts'
import { csvHeader, csvRows } from '../../src/run-store/csv.ts'
import { repository, shell } from './shell.fixture.ts'

const MINUTE_MS = 60_000

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailbench-action-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const plan = (mode: string) => `name: mine
messages: 4
warmup: 0
repeat: 1
tls: none
client: wire
conditions: [{ transport: smtp, mode: ${mode} }, { transport: http }]
`

/** The script in a step as GitHub starts one: its files are there and empty, and the step is in the workspace. */
async function step(name: string, inputs: Readonly<Record<string, string>>) {
  const at = (file: string) => join(folder, name, file)
  await mkdir(at('workspace'), { recursive: true })
  await mkdir(at('temp'))
  await writeFile(at('summary'), '')
  await writeFile(at('output'), '')
  await writeFile(join(at('workspace'), 'plan.yaml'), plan('pipelined'))
  await writeFile(join(at('workspace'), 'lockstep.yaml'), plan('lockstep'))
  const ended = await shell(folder, [join(repository, 'scripts/ci/action.sh')], {
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: at('workspace'),
    GITHUB_STEP_SUMMARY: at('summary'),
    GITHUB_OUTPUT: at('output'),
    GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
    RUNNER_TEMP: at('temp'),
    MAILBENCH_PLAN: 'plan.yaml',
    ...inputs,
  })
  const output = (await readFile(at('output'), 'utf8')).trimEnd().split('\n')
  return {
    ...ended,
    outputs: Object.fromEntries(output.map(line => line.split(/=(.*)/s).slice(0, 2))) as Record<
      string,
      string
    >,
    summary: await readFile(at('summary'), 'utf8'),
    annotations: ended.stdout.split('\n').filter(line => line.startsWith('::')),
    at,
  }
}

describe('the action', () => {
  let baseline = ''

  test(
    'runs a plan of the workspace, and leaves summary, outputs and history',
    async () => {
      const { status, outputs, summary, annotations, at } = await step('good', {
        MAILBENCH_THRESHOLDS: '\n  lost==0\n  round_trips{transport:smtp}<=2  \n\n',
        MAILBENCH_ARGUMENTS: '--users\n2\n',
        MAILBENCH_HISTORY: 'kept/history.csv',
      })
      expect(annotations).toEqual([])
      expect(status).toBe(0)
      baseline = outputs['run'] ?? ''
      expect(baseline.startsWith(at('temp'))).toBe(true)
      expect(outputs).toMatchObject({ status: '0', conclusion: 'Nothing is wrong.' })
      expect(await readdir(baseline)).toEqual(expect.arrayContaining(['run.json', 'summary.md', 'junit.xml']))
      expect(await readdir(outputs['artifact'] ?? '')).toContain('history.csv')
      expect(summary).toContain('## SMTP or API?')
      expect(summary).toContain('**Thresholds:** 3 of 3 hold.')
      expect(summary).toContain('    mine (')
      const history = await readFile(join(at('workspace'), 'kept/history.csv'), 'utf8')
      expect(history).toContain('0123456789abcdef0123456789abcdef01234567,mine,')
    },
    MINUTE_MS,
  )

  test(
    'fails with 1 where a threshold does or a baseline does not hold, and says each in an annotation',
    async () => {
      const { status, outputs, summary, annotations } = await step('worse', {
        MAILBENCH_PLAN: 'lockstep.yaml',
        MAILBENCH_ARGUMENTS: '--users\n2',
        MAILBENCH_THRESHOLDS: 'round_trips{mode:lockstep}<=3',
        MAILBENCH_BASELINE: baseline,
        MAILBENCH_COMPARE: '--counted\n--baseline',
      })
      expect(annotations[0]).toBe(
        '::error title=mailbench::round_trips{mode:lockstep}<=3: smtp wire lockstep reuse 2u has 4',
      )
      expect(annotations[1]).toMatch(/smtp wire pipelined reuse 2u: became smtp wire lockstep reuse 2u/)
      expect(annotations.some(line => line.endsWith('round_trips_per_message 2 -> 4'))).toBe(true)
      expect(outputs['conclusion']).toMatch(/^Regression: "smtp wire pipelined reuse 2u" became/)
      expect(summary).toContain('### Compared with the baseline')
      expect(outputs['status']).toBe('1')
      expect(status).toBe(1)
    },
    MINUTE_MS,
  )

  test(
    'fails where the history says that a figure became worse in the latest runs',
    async () => {
      const rows = Array.from({ length: 4 }, (_, day) =>
        historyRowsOf(runOfDay(day, [labelOf('smtp', { round_trips_per_message: day < 3 ? 2 : 4 })]), null),
      ).flat()
      const history = join(folder, 'worse.csv')
      await writeFile(history, csvHeader(historyRow) + csvRows(historyRow, rows))
      const { status, annotations, summary } = await step('trend', {
        MAILBENCH_HISTORY: history,
        MAILBENCH_FAIL_WITHIN: '1',
      })
      expect(annotations).toEqual([
        '::error title=mailbench::a figure became worse in one of the latest 1 runs, see the history',
      ])
      expect(summary).toContain('! worse since 2026-01-04 (run-3): 2 -> 4 (+100.0%)')
      expect(status).toBe(1)
    },
    MINUTE_MS,
  )

  test('passes on what is wrong with a plan, and takes no input for a command', async () => {
    const { status, outputs, annotations, summary, at } = await step('wrong', {
      MAILBENCH_PLAN: '$(touch pwned); `touch pwned`',
      MAILBENCH_ARGUMENTS: '--users\n$(touch pwned)',
    })
    expect(annotations).toHaveLength(1)
    expect(annotations[0]).toMatch(/^::error title=mailbench::.*there is no (?:plan|such file)/)
    expect(summary).toMatch(/^- ❌ /)
    expect(outputs).toMatchObject({ run: '', artifact: '', status: '2' })
    expect(status).toBe(2)
    expect((await readdir(at('workspace'))).sort()).toEqual(['lockstep.yaml', 'plan.yaml'])
  })
})
