/** Takes a share of one core until it is ended: the neighbour of `npm run bench:accuracy`. */
import { NS_PER_MS, systemClock } from '../../src/clock.ts'

const PERIOD_NS = 100 * NS_PER_MS
const share = Number(process.argv[2])

for (;;) {
  const untilNs = systemClock.nowNs() + share * PERIOD_NS
  while (systemClock.nowNs() < untilNs);
  await systemClock.sleep((1 - share) * PERIOD_NS)
}
