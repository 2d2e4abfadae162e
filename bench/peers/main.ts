/**
 * `npm run bench:peers`: our clients and sinks beside those that people already use, in turns in one run, as
 * medians of ratios. `-- smtp http` picks contests by name, `--repeat N` says how many rounds, `--write` keeps
 * the figures in results/reference/peers.json.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '../../src/errors.ts'
import { loadTemplate } from '../../src/message/corpus.ts'
import { describeEnvironment } from '../../src/trial/environment.ts'
import { readArguments, runProgram } from '../arguments.ts'
import { onOwnEnd } from '../worker/own-end.ts'
import { hold, type Result } from './contest.ts'
import { contests } from './contests.ts'
import { tableOf } from './table.ts'
import { provide } from './tools.ts'

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

await runProgram(async () => {
  const known = contests.map(({ name }) => name)
  const { names, isWhole, repetitions, has } = readArguments(known, 5, ['write'])
  if (has('write') && !isWhole) throw new UsageError('--write: keeps a whole run, so name no contests')
  const chosen = contests.filter(({ name }) => names.includes(name))
  const versions = provide(new Set(chosen.flatMap(({ tools }) => tools)))
  const message = (await loadTemplate({ sizeBytes: 1024 }, { run: '0badcafe', trial: 1 })).message(0)
  const folder = mkdtempSync(join(tmpdir(), 'mailbench-peers-'))
  onOwnEnd(() => rmSync(folder, { recursive: true, force: true }))
  const results: Result[] = []
  for (const contest of chosen) {
    console.error(`bench:peers: ${contest.name}`)
    const result = await hold(contest, { folder, message }, repetitions)
    console.log(tableOf(result))
    results.push(result)
  }
  if (has('write')) keep(results, repetitions, versions)
})
