import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))
const MINUTE_MS = 60_000

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailbench-counted-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The command as CI starts it: its own Node before any other. */
async function run(command: string, ...args: string[]): Promise<{ status: number; lines: string[] }> {
  const PATH = `${dirname(process.execPath)}:${process.env['PATH']}`
  const env = { ...process.env, PATH, NO_COLOR: '1' }
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd: folder, env })
    return { status: 0, lines: stdout.trimEnd().split('\n') }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    if (typeof code !== 'number') throw error
    return { status: code, lines: `${stdout}${stderr}`.trimEnd().split('\n') }
  }
}

const plan = (mode: string) => `name: clients
seed: gate
messages: 3
warmup: 0
repeat: 1
tls: none
client: wire
conditions:
  - { transport: smtp, mode: ${mode} }
  - { transport: http }
`

test(
  'a client whose mode is changed from pipelined to lockstep fails the gate, in a line that says so; reverted it passes',
  async () => {
    const file = join(folder, 'clients.yaml')
    const gate = join(root, 'scripts/counted-gate.sh')
    const runs = join(folder, 'baseline')
    await writeFile(file, plan('pipelined'))
    const main = join(root, 'src/cli/main.ts')
    expect((await run(process.execPath, main, 'run', file, '--out', runs, '--quiet')).status).toBe(0)
    const baseline = join(runs, (await readdir(runs))[0] ?? '')

    await writeFile(file, plan('lockstep'))
    const changed = await run('bash', gate, file, baseline)
    expect(changed.lines.at(-1)).toMatch(
      /^Regression: "smtp wire pipelined reuse 1u" became "smtp wire lockstep reuse 1u" \(mode pipelined -> lockstep\); round_trips_per_message of ".+" 2 -> 4 \(\+2\)/,
    )
    expect(changed.status).toBe(1)

    await writeFile(file, plan('pipelined'))
    const reverted = await run('bash', gate, file, baseline)
    expect(reverted.lines.at(-1)).toBe('No regression.')
    expect(reverted.status).toBe(0)

    await writeFile(file, 'name: clients\nusrs: 1\n')
    const wrong = await run('bash', gate, file, baseline)
    expect(wrong.lines.at(-1)).toMatch(/usrs.*did you mean "users"/)
    expect(wrong.status).toBe(2)
  },
  MINUTE_MS,
)
