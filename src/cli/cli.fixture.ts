import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const oneProcess = fileURLToPath(new URL('./one-process.fixture.ts', import.meta.url))

export interface CliOptions {
  readonly cwd?: string
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
}

export interface CliResult {
  /** Null when a signal ended it. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Cli extends AsyncDisposable {
  readonly pid: number
  stdout(): string
  stderr(): string
  /** Resolves once `pattern` has been written to either stream; rejects when the process ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<CliResult>
}

type Child = ChildProcessByStdio<null, Readable, Readable>

function watch(child: Child): Cli {
  const texts = { stdout: '', stderr: '' }
  let look = () => {}
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8')
    child[name].on('data', (chunk: string) => {
      texts[name] += chunk
      look()
    })
  }
  const ended = once(child, 'close').then(([status]): CliResult => ({ status, ...texts }))
  return {
    pid: child.pid ?? 0,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    ended,
    kill: signal => void child.kill(signal),
    says: pattern =>
      new Promise((resolve, reject) => {
        look = () => {
          const match = pattern.exec(texts.stdout) ?? pattern.exec(texts.stderr)
          if (match) resolve(match)
        }
        look()
        void ended.then(({ status, stderr }) =>
          reject(new Error(`ended with status ${status} before it said ${pattern}: ${stderr}`)),
        )
      }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}

/** What colours output, or adds to it, in the environment of the tests is none of the command's business. */
function environmentWith(added: CliOptions['env']): NodeJS.ProcessEnv {
  const { FORCE_COLOR, NODE_V8_COVERAGE, ...inherited } = process.env
  return { ...inherited, NO_COLOR: '1', ...added }
}

/** Starts the command in a process of its own, as a user does. */
export function startCli(args: readonly string[], { cwd, env }: CliOptions = {}): Cli {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: environmentWith(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return watch(child)
}

/** Runs the command to its end. */
export function runCli(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return startCli(args, options).ended
}

/** Runs several command lines in one process, which must end by itself after the last. */
export async function runClis(
  lines: readonly (readonly string[])[],
  { cwd, env }: CliOptions = {},
): Promise<CliResult[]> {
  const child = spawn(process.execPath, [oneProcess, JSON.stringify(lines)], {
    cwd,
    env: environmentWith(env),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const results: CliResult[] = []
  child.on('message', result => results.push(result as CliResult))
  const [status] = await once(child, 'close')
  if (status !== 0 || results.length !== lines.length)
    throw new Error(`ended with status ${status} in ${JSON.stringify(lines[results.length])}`)
  return results
}

/** A folder that is removed in the end. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'mailbench-cli-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** The one run directory in a folder. */
export async function onlyRunIn(folder: string): Promise<string> {
  const names = await readdir(folder)
  const [name] = names
  if (name === undefined || names.length > 1) throw new Error(`no single run in ${folder}: ${names.join()}`)
  return join(folder, name)
}

/** The text of every file in a run directory, by its path in it. */
export async function textsIn(directory: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  const read = async (file: string) => {
    const bytes = await readFile(file)
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
    return [relative(directory, file), text] as const
  }
  return new Map(await Promise.all(files.map(read)))
}
