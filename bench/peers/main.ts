/**
 * `npm run bench:peers`: our clients and sinks beside those that people already use, in turns in one run, as
 * medians of ratios. `-- smtp http` picks contests by name, `--repeat N` says how many rounds, `--write` keeps
 * the figures in results/reference/peers.json.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { UsageError } from '../../src/errors.ts'
import { loadTemplate } from '../../src/message/corpus.ts'
import { describeEnvironment } from '../../src/trial/environment.ts'
import { type Contest, hold, type Result } from './contest.ts'
import { contests as others } from './contests.ts'
import { libraryContest } from './interleaved.ts'
import { tableOf } from './table.ts'
import { provide } from './tools.ts'

const contests = [...others, libraryContest]

interface Choice {
  readonly chosen: readonly Contest[]
  readonly repetitions: number
  readonly write: boolean
}

const options = {
  repeat: { type: 'string', default: '5' },
  write: { type: 'boolean', default: false },
} as const

function argumentsGiven() {
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function choose(): Choice {
  const { values, positionals } = argumentsGiven()
  const names = contests.map(({ name }) => name)
  const unknown = positionals.find(name => !names.includes(name))
  if (unknown !== undefined)
    throw new UsageError(`${unknown}: there is no such contest; name one of ${names.join(', ')}`)
  const repetitions = Number(values.repeat)
  if (!(Number.isInteger(repetitions) && repetitions >= 1 && repetitions <= 100))
    throw new UsageError('--repeat: give a whole number from 1 to 100')
  if (values.write && positionals.length > 0)
    throw new UsageError('--write: keeps a whole run, so name no contests')
  const chosen = contests.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  return { chosen, repetitions, write: values.write }
}

function keep(results: readonly Result[], repetitions: number, tools: Record<string, string>): void {
  const folder = new URL('../../results/reference/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const { mailbench, node, libraries, cpu, cpus, platform, release } = describeEnvironment({
    tlsResume: false,
  })
  const record = {
    command: 'npm run bench:peers -- --write',
    machine: { cpu, cpus, platform, release, node, mailbench, libraries, tools },
    conditions: `1 KB messages, 10 kept connections, no TLS, on loopback; medians of ${repetitions} interleaved rounds`,
    contests: results,
  }
  writeFileSync(new URL('peers.json', folder), `${JSON.stringify(record, null, 2)}\n`)
}

async function main(): Promise<void> {
  const { chosen, repetitions, write } = choose()
  const tools = provide(new Set(chosen.flatMap(({ tools }) => tools)))
  const message = (await loadTemplate({ sizeBytes: 1024 }, { run: '0badcafe', trial: 1 })).message(0)
  const folder = mkdtempSync(join(tmpdir(), 'mailbench-peers-'))
  try {
    const results: Result[] = []
    for (const contest of chosen) {
      const result = await hold(contest, { folder, message }, repetitions)
      console.log(tableOf(result))
      results.push(result)
    }
    if (write) keep(results, repetitions, tools)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

try {
  await main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 2
}
