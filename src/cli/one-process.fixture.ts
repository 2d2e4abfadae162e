/**
 * A process that does what several command lines say, one after the other: to start the command anew for each takes
 * ten times as long as what most of them do. It tells its parent of each, and ends when nothing is left of the last.
 */
import type { CliResult } from './cli.fixture.ts'
import { commandLine } from './command-line.ts'

const texts = { stdout: '', stderr: '' }
for (const name of ['stdout', 'stderr'] as const) {
  const write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    texts[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    const done = rest.at(-1)
    if (typeof done === 'function') process.nextTick(done as () => void)
    return true
  }
  process[name].write = write as typeof process.stdout.write
}

const lines = JSON.parse(process.argv[2] ?? '[]') as readonly (readonly string[])[]
for (const line of lines) {
  Object.assign(texts, { stdout: '', stderr: '' })
  process.exitCode = undefined
  await commandLine(line)
  const result: CliResult = { status: Number(process.exitCode ?? 0), ...texts }
  process.send?.(result)
}
process.exitCode = 0
