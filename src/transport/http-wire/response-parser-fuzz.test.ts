import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { hostileReplies, inPieces } from './hostile-replies.fixture.ts'
import { readReplies } from './replies.fixture.ts'

/** `FUZZ_INPUTS=1000000 npx vitest run src/transport/http-wire/response-parser-fuzz.test.ts` tries more. */
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 20_000)
const GROWTH_MAX_BYTES = 8 * 1024 * 1024

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

function heldBytes(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

it(
  `reads ${INPUTS} hostile streams without a throw, a hang or growth, and each alike however it is split`,
  () => {
    const random = createRandom('hostile')
    const seen = { replies: 0, faults: 0, incomplete: 0 }
    let before = 0
    for (let i = 0; i < INPUTS; i++) {
      if (i === Math.floor(INPUTS / 10)) before = heldBytes()
      const octets = hostileReplies(random)
      const whole = readReplies([octets])
      const split = readReplies(inPieces(octets, random))
      // Compared as text first: a matcher a stream takes longer than the parser.
      if (JSON.stringify(split) !== JSON.stringify(whole))
        expect(split, octets.toString('latin1')).toEqual(whole)
      seen.replies += whole.replies.length
      if (whole.fault !== '') seen.faults += 1
      if (whole.incomplete) seen.incomplete += 1
    }
    expect(heldBytes() - before).toBeLessThan(GROWTH_MAX_BYTES)
    // The streams are neither all sound nor all nonsense.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(INPUTS / 50)
  },
  30_000 + INPUTS,
)
