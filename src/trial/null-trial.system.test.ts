import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { createGunzip } from 'node:zlib'
import { expect, it } from 'vitest'
import { type NullTrial, WARM_UP } from './null-trial.fixture.ts'

const run = promisify(execFile)
const fixture = new URL('./null-trial.fixture.ts', import.meta.url).href

/** Calls a function of the fixture in a process of its own, whose memory is nobody else's. */
async function alone<Result>(call: string, ...flags: string[]): Promise<Result> {
  const program = `import * as fixture from '${fixture}'\nconsole.log(JSON.stringify(await fixture.${call}))`
  const { stdout } = await run(process.execPath, [...flags, '--input-type=module', '--eval', program])
  return JSON.parse(stdout) as Result
}

it('the harness drives 200,000 submissions a second on one core, in memory that does not grow with them', async () => {
  const { held, cpuUsPerMessage } = await alone<NullTrial>('nullTrial(5e6, [1e6, 5e6])', '--expose-gc')
  // CPU time, of which neighbours on a busy machine take none: 5 us each are 200,000 a second.
  expect(cpuUsPerMessage).toBeLessThan(5)
  const [early, late] = held
  if (!early || !late) throw new Error('it was not looked at')
  expect(late.heapBytes - early.heapBytes).toBeLessThan(10e6)
  expect(late.rssBytes - early.rssBytes).toBeLessThan(10e6)
}, 120_000)

it('a run keeps 300,000 submissions on disk, and needs no more memory for them than a heap of 48 MB has', async () => {
  const out = await mkdtemp(join(tmpdir(), 'mailbench-null-'))
  try {
    // Rows of them all would be 75 MB: the process would not live to write them.
    const directory = await alone<string>(`keptRun(3e5, ${JSON.stringify(out)})`, '--max-old-space-size=48')
    const file = createReadStream(join(directory, 'samples.csv.gz')).pipe(createGunzip())
    let lines = 0
    for await (const _line of createInterface({ input: file })) lines += 1
    // A header, and the warm-up's.
    expect(lines).toBe(1 + 300_000 + WARM_UP)
  } finally {
    await rm(out, { recursive: true })
  }
}, 180_000)
