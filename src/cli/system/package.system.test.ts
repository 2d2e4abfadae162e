import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../clock.ts'
import { median } from '../../stats/median.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../', import.meta.url))

/** What a user of the library writes. */
const program = `import { readRun, runPlan, UsageError } from 'mailbench'

const plan = { client: 'undici' as const, api: 'sink', messages: 50, repeat: 2, out: 'results' }
const { directory, labels } = await runPlan(plan)
for (const { label, accepted } of labels) console.log(label, accepted)
const stored = await readRun(directory)
console.log(stored.state, stored.trials.filter(({ purpose }) => purpose === 'measure').length)
await runPlan({ ...plan, to: 'nobody' }).catch((error: unknown) => console.log(error instanceof UsageError))
`

describe('the package, installed in an empty folder', () => {
  let folder = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mailbench-package-'))
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root })
    const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }]
    await writeFile(join(folder, 'package.json'), '{ "name": "user", "type": "module", "private": true }')
    // Its dependencies come from the registry, off loopback.
    const env = { ...process.env, NODE_OPTIONS: '' }
    await run('npm', ['install', '--no-audit', '--no-fund', `./${filename}`], { cwd: folder, env })
  }, 240_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('runs a built-in plan by its command', async () => {
    const args = ['run', 'quick', '--messages', '20', '--warmup', '5', '--repeat', '1']
    const { stdout } = await run(join(folder, 'node_modules/.bin/mailbench'), args, { cwd: folder })
    expect(stdout).toMatch(/smtp nodemailer fresh 1u/)
    expect(stdout).toMatch(/\d messages accepted, 0 lost, 0 duplicated/)
  })

  it('says what it can do within three times of what it takes Node to start', async () => {
    const spans = { node: [] as number[], help: [] as number[] }
    // As a user's: neither what tests add to each process, nor what was compiled for another of them.
    const { NODE_OPTIONS: _guard, NODE_COMPILE_CACHE: _cache, ...bare } = process.env
    const timed = async (span: number[], args: readonly string[]) => {
      const startNs = systemClock.nowNs()
      await run(process.execPath, args, { cwd: folder, env: bare })
      span.push(systemClock.nowNs() - startNs)
    }
    for (let i = 0; i < 15; i++) {
      await timed(spans.node, ['--eval', '0'])
      await timed(spans.help, [join(folder, 'node_modules/mailbench/dist/cli/main.js'), '--help'])
    }
    expect((median(spans.help) ?? 0) / (median(spans.node) ?? 0)).toBeLessThan(3)
  })

  it('is a library whose types a program can rely on', async () => {
    await writeFile(join(folder, 'program.ts'), program)
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck']
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
    await run('tsc', [...options, ...types, 'program.ts'], { cwd: folder })
    const { stdout } = await run('node', ['program.ts'], { cwd: folder })
    expect(stdout).toBe('http undici reuse 1u 100\ncomplete 2\ntrue\n')
  })

  it('carries the schema that editors complete plans by', async () => {
    const schema = await readFile(join(folder, 'node_modules/mailbench/schema/plan.schema.json'), 'utf8')
    expect(Object.keys((JSON.parse(schema) as { properties: object }).properties)).toContain('conditions')
  })
})
