import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lastLine, repository, shell } from './shell.fixture.ts'

const MINUTE_MS = 60_000

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailbench-counted-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

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
    const runs = join(folder, 'baseline')
    await writeFile(file, plan('pipelined'))
    const main = join(repository, 'src/cli/main.ts')
    const first = await shell(folder, [process.execPath, main, 'run', file, '--out', runs, '--quiet'])
    expect(first.status).toBe(0)
    const baseline = join(runs, (await readdir(runs))[0] ?? '')
    const gate = () => shell(folder, [join(repository, 'scripts/ci/counted-gate.sh'), file, baseline])

    await writeFile(file, plan('lockstep'))
    const changed = await gate()
    expect(lastLine(changed.stdout)).toMatch(
      /^Regression: "smtp wire pipelined reuse 1u" became "smtp wire lockstep reuse 1u" \(mode pipelined -> lockstep\); round_trips_per_message of ".+" 2 -> 4 \(\+2\)/,
    )
    expect(changed.status).toBe(1)

    await writeFile(file, plan('pipelined'))
    const reverted = await gate()
    expect(lastLine(reverted.stdout)).toBe('No regression.')
    expect(reverted.status).toBe(0)

    await writeFile(file, 'name: clients\nusrs: 1\n')
    const wrong = await gate()
    expect(lastLine(wrong.stderr)).toMatch(/usrs.*did you mean "users"/)
    expect(wrong.status).toBe(2)
  },
  MINUTE_MS,
)
