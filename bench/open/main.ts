/**
 * `npm run bench:open`: 5,000 messages a second for a minute, constant and Poisson, through the wire clients, each beside
 * a bare loop that paces the same schedule in the same process. `-- NAME` picks some of them, `--repeat N` says how often.
 * Figures are of the machine that it runs on: run it while nothing else does. Status 1 when a target is missed.
 */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { driveOpen, type OpenCase, type OpenOutcome } from '../../src/trial/open-rate.fixture.ts'
import { readArguments, runProgram } from '../arguments.ts'

const RATE_PER_S = 5000
const SECONDS = 60

const RATE_TOLERANCE = 0.001
/** What the p99 of the start lag may be above the bare loop's. */
const LAG_EXCESS_MS_MAX = 0.3
/** One planned Poisson schedule in a thousand is called odd although it is not. */
const FIT_P_MIN = 0.001
/** Had messages been kept, 240,000 of them would be 240 MB. */
const GROWN_BYTES_MAX = 5e6

const cases: readonly { readonly name: string; readonly open: OpenCase }[] = (
  ['smtp', 'http'] as const
).flatMap(protocol =>
  (['constant', 'poisson'] as const).map(arrivals => ({
    name: `${protocol}-${arrivals}`,
    open: { protocol, arrivals, ratePerS: RATE_PER_S, seconds: SECONDS },
  })),
)

/** Which of the targets are missed, in words. */
function missed({ scheduled, accepted, rateRatio, lags, bareLags, fitP, grownBytes }: OpenOutcome): string[] {
  const targets: readonly (readonly [string, boolean])[] = [
    ['accepted', accepted === scheduled],
    ['rate', Math.abs(rateRatio - 1) <= RATE_TOLERANCE],
    ['lag', lags.p99Ms - bareLags.p99Ms <= LAG_EXCESS_MS_MAX],
    ['fit', fitP === undefined || fitP >= FIT_P_MIN],
    ['memory', grownBytes <= GROWN_BYTES_MAX],
  ]
  return targets.flatMap(([name, isKept]) => (isKept ? [] : [name]))
}

const ms = (value: number) => value.toFixed(3).padStart(10)

function row(name: string, outcome: OpenOutcome, misses: readonly string[]): string {
  const { scheduled, accepted, rateRatio, lags, bareLags, fitP, grownBytes } = outcome
  return [
    name.padEnd(15),
    `${accepted}/${scheduled}`.padStart(15),
    `${((rateRatio - 1) * 100).toFixed(3)}%`.padStart(9),
    ms(bareLags.p50Ms),
    ms(bareLags.p99Ms),
    ms(lags.p50Ms),
    ms(lags.p99Ms),
    (fitP === undefined ? '-' : fitP.toFixed(3)).padStart(8),
    `${(grownBytes / 1e6).toFixed(1)} MB`.padStart(10),
    misses.length > 0 ? `  ! ${misses.join(', ')}` : '',
  ].join('')
}

await runProgram(async () => {
  const { names, repetitions } = readArguments(
    cases.map(({ name }) => name),
    1,
  )
  console.log(
    `${cpus()[0]?.model}, ${availableParallelism()} CPUs, Node ${process.version}, load average ${loadavg()[0]?.toFixed(2)}`,
  )
  console.log(`${'start lag, ms'.padEnd(39)}  bare p50  bare p99       p50       p99   fit p    memory`)
  for (let i = 0; i < repetitions; i++) {
    for (const { name, open } of cases.filter(one => names.includes(one.name))) {
      const outcome = await driveOpen(open)
      const misses = missed(outcome)
      if (misses.length > 0) process.exitCode = 1
      console.log(row(name, outcome, misses))
    }
  }
})
