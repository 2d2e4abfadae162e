/** `npm run bench:micro`: our own hot paths, and message encoding, one operation at a time. */
import { Bench } from 'tinybench'
import { encode } from './encode.bench.ts'
import { harness } from './harness.bench.ts'
import { httpWire } from './http-wire.bench.ts'
import { live } from './live.bench.ts'
import { parse } from './parse.bench.ts'
import { record } from './record.bench.ts'
import { schedule } from './schedule.bench.ts'
import { smtpWire } from './smtp-wire.bench.ts'

const bench = new Bench({ time: 500, warmupTime: 200 })
await encode(bench)
record(bench)
live(bench)
schedule(bench)
parse(bench)
smtpWire(bench)
httpWire(bench)
await harness(bench)
await bench.run()

console.log('operation'.padEnd(52), 'median us'.padStart(10), 'p99 us'.padStart(10))
for (const { name, result } of bench.tasks) {
  if (!('latency' in result)) throw new Error(`${name} did not complete`)
  const { p50, p99 } = result.latency
  console.log(name.padEnd(52), (p50 * 1e3).toFixed(3).padStart(10), (p99 * 1e3).toFixed(3).padStart(10))
}
