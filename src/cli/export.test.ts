import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onlyRunIn, runCli, temporaryFolder } from './cli.fixture.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let dir: string
beforeAll(async () => {
  folder = await temporaryFolder()
  const out = join(folder.path, 'runs')
  const small = ['--client', 'null', '--messages', '3000', '--warmup', '10', '--repeat', '1']
  await runCli(['run', '--smtp', 'sink', '--api', 'sink', ...small, '--samples', '--quiet', '--out', out])
  dir = await onlyRunIn(out)
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('mailbench export', () => {
  it.each([
    ['jtl', 1 + 2 * 3000],
    ['vegeta-csv', 2 * 3000],
    ['csv', 1 + 2 * 3010],
  ])('writes a line a submission as %s', async (format, lines) => {
    const { status, stdout, stderr } = await runCli(['export', dir, '--format', format])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.split('\n')).toHaveLength(lines + 1)
  })

  it('ends quietly when its reader has seen enough', async () => {
    const main = fileURLToPath(new URL('./main.ts', import.meta.url))
    const child = spawn(process.execPath, [main, 'export', dir, '--format', 'csv'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const [status] = await once(child, 'close')
    expect({ status, errors }).toEqual({ status: 0, errors: '' })
  })

  it('says in one line what it cannot do', async () => {
    for (const [args, words] of [
      [[dir], /required option '--format <name>' not specified/],
      [[dir, '--format', 'xml'], /Allowed choices are jtl, vegeta-csv, csv/],
      [[folder.path, '--format', 'jtl'], /is no run directory/],
    ] as const) {
      const { status, stderr } = await runCli(['export', ...args])
      expect(status).toBe(2)
      expect(stderr).toMatch(words)
      expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    }
  })
})
