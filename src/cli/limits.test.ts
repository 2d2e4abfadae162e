import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { temporaryFolder } from './cli.fixture.ts'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))

it('a run that needs more files than the shell allows ends before it begins, with one line and status 2', async () => {
  await using folder = await temporaryFolder()
  const out = join(folder.path, 'runs')
  const command = `ulimit -n 64; exec "$0" "$@"`
  const args = [process.execPath, main, 'run', '--smtp', 'sink', '--users', '200', '--out', out]
  const child = spawn('sh', ['-c', command, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [status] = await once(child, 'close')
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringMatching(
      /^mailbench: --connections: "smtp nodemailer reuse 200u" needs 248 open files, .* 64: .*ulimit -n 248.*\n$/,
    ),
  })
  await expect(access(out)).rejects.toThrow('ENOENT')
})
