import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { start } from './mailbench.fixture.ts'

const soak = fileURLToPath(new URL('../../../bench/soak/main.ts', import.meta.url))

it('a minute of faults of any kind, kills and restarts leaves nothing behind, and no message unaccounted for', async () => {
  const { status, stdout, stderr } = await start(process.execPath, [
    ...['--expose-gc', soak, '--for', '60s', '--seed', 'system'],
  ]).ended
  expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/all of them accounted for; memory and handles flat\n$/)
}, 300_000)
