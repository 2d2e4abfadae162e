import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { repository } from './shell.fixture.ts'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly shell?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

interface Action {
  readonly inputs: Readonly<Record<string, { description: string; default: string }>>
  readonly outputs: Readonly<Record<string, { value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
}

interface Workflow {
  readonly name: string
  readonly on: unknown
  readonly permissions: unknown
  readonly jobs: Readonly<
    Record<string, { 'runs-on': string; 'timeout-minutes': number; steps: readonly Step[] }>
  >
}

const textOf = (path: string) => readFileSync(join(repository, path), 'utf8')
const action = parse(textOf('action.yml')) as Action

describe('action.yml', () => {
  const text = textOf('action.yml')

  test('declares every input that it uses, and uses every one', () => {
    const used = new Set([...text.matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name))
    expect([...used].sort()).toEqual(Object.keys(action.inputs).sort())
  })

  test('gives inputs to its script as variables that the script reads, and never as its text', () => {
    const script = textOf('scripts/ci/action.sh')
    for (const { run, shell, env = {} } of action.runs.steps) {
      if (run === undefined) continue
      expect(shell).toBe('bash')
      expect(run).not.toContain('${{')
      for (const name of Object.keys(env)) expect(script).toMatch(new RegExp(`\\$\\{${name}:[-+]`))
    }
  })

  test('gives out what its script does', () => {
    const script = textOf('scripts/ci/action.sh') + textOf('scripts/ci/report.ts')
    const outputs = [...text.matchAll(/steps\.bench\.outputs\.([\w-]+)/g)].map(([, name]) => name)
    for (const name of outputs) expect(script).toMatch(new RegExp(`output ${name} |\`${name}=`))
    expect(outputs).toContain('conclusion')
  })

  test('starts a file that can be started', () => {
    for (const name of ['action.sh', 'interleave.sh', 'counted-gate.sh'])
      expect(statSync(join(repository, 'scripts/ci', name)).mode & 0o111).not.toBe(0)
  })
})

const folder = join(repository, 'examples/workflows')

describe.each(readdirSync(folder))('examples/workflows/%s', file => {
  const workflow = parse(readFileSync(join(folder, file), 'utf8')) as Workflow
  const steps = Object.values(workflow.jobs).flatMap(job => job.steps)

  test('has a time limit, and no permission but to read', () => {
    expect(workflow.on).toBeDefined()
    expect(workflow.permissions).toEqual({ contents: 'read' })
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0)
  })

  test('gives the action only inputs that it has', () => {
    for (const { uses = '', with: inputs = {} } of steps) {
      if (!uses.startsWith('OWNER/mailbench@')) continue
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(inputs)))
    }
  })

  test('starts only scripts that there are, and puts nothing of an event into their text', () => {
    for (const { run = '' } of steps) {
      expect(run).not.toContain('${{')
      for (const [, path = ''] of run.matchAll(/mailbench\/(scripts\/[\w./-]+)/g))
        expect(existsSync(join(repository, path)), path).toBe(true)
    }
  })
})
