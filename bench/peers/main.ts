/**
 * `npm run bench:peers`: our clients beside others, in turns in one run, as medians of ratios.
 * `-- --write` keeps the figures in results/reference/peers.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { describeEnvironment } from '../../src/trial/environment.ts'
import { compare, type Outcome } from './interleaved.ts'
import { libraryClients } from './library-clients.ts'

const REPETITIONS = 9

await using peers = await libraryClients()
const outcomes: Outcome[] = []
console.log(
  'comparison'.padEnd(46),
  'ours/s'.padStart(8),
  'theirs/s'.padStart(9),
  'ratio'.padStart(7),
  'range'.padStart(15),
  'target'.padStart(8),
)
for (const comparison of peers.comparisons) {
  const outcome = await compare(comparison, REPETITIONS)
  const { name, ours_per_s, theirs_per_s, ratio, ratio_min, ratio_max, target } = outcome
  outcomes.push(outcome)
  console.log(
    name.padEnd(46),
    String(ours_per_s).padStart(8),
    String(theirs_per_s).padStart(9),
    ratio.toFixed(3).padStart(7),
    `${ratio_min.toFixed(3)}-${ratio_max.toFixed(3)}`.padStart(15),
    `>= ${target}`.padStart(8),
  )
}

if (process.argv.includes('--write')) {
  const folder = new URL('../../results/reference/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const { mailbench, node, libraries, cpu, cpus, platform, release } = describeEnvironment({
    tlsResume: false,
  })
  const record = {
    command: 'npm run bench:peers -- --write',
    machine: { cpu, cpus, platform, release, node, mailbench, libraries },
    conditions: `1 KB messages, 10 users on 10 kept connections, no TLS; medians of ${REPETITIONS} interleaved pairs`,
    outcomes,
  }
  writeFileSync(new URL('peers.json', folder), `${JSON.stringify(record, null, 2)}\n`)
}
