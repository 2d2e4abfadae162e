import { UsageError } from '../../src/errors.ts'
import type { Random } from '../../src/random.ts'
import { endings, faultKindNames, stepsOf } from '../../src/sink/fault/fault.ts'
import { isOnLink } from '../../src/sink/fault/fault-place.ts'
import { type FaultSpec, faultSpec } from '../../src/sink/fault/fault-spec.ts'
import { checkFaults, type FaultGround } from '../../src/sink/fault/fault-support.ts'
import type { Plan } from '../../src/trial/plan.ts'

const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(from.length)] as T

const byteFields = [
  'bytes_in',
  'bytes_out',
  'link_up',
  'link_down',
  'each_bytes_in',
  'each_link_down',
] as const
const TRIES_MAX = 1000
/**
 * All but one. Replies name no message (RFC 2920 §3.1, RFC 9112 §9.3.2): where several are in flight, one that comes
 * twice answers the next, and no client can tell, so that its books cannot balance.
 */
const kinds = faultKindNames.filter(kind => kind !== 'repeat')

function isPossible(spec: FaultSpec, ground: FaultGround): boolean {
  if (isOnLink(spec.at)) return true
  try {
    checkFaults([spec], [ground])
    return true
  } catch (error) {
    if (error instanceof UsageError) return false
    throw error
  }
}

/** Any fault that can be written, until one is drawn that makes sense; rare enough to let most messages through. */
function fault(random: Random, ground: FaultGround): FaultSpec {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const kind = pick(random, kinds)
    const drawn = faultSpec.safeParse({
      at:
        random.next() < 0.7
          ? pick(random, stepsOf(ground.protocol))
          : { [pick(random, byteFields)]: 1 + random.integer(4000) },
      do: kind,
      share: 0.001 + 0.03 * random.next(),
      ...((kind === 'stall' || kind === 'drip') && { for: `${1 + random.integer(100)}ms` }),
      ...(kind === 'unacknowledged' && { by: pick(random, endings) }),
    })
    if (drawn.success && isPossible(drawn.data, ground)) return drawn.data
  }
  throw new Error('no fault makes sense any more')
}

const CLIENTS = [
  { client: 'nodemailer', transport: 'smtp', users: 60 },
  { client: 'nodemailer-raw', transport: 'smtp', users: 60 },
  { client: 'undici', transport: 'http', users: 150 },
  { client: 'undici', transport: 'http', http_version: '2', users: 100 },
  { client: 'wire', transport: 'smtp', users: 300 },
  { client: 'wire', transport: 'smtp', mode: 'pipelined', users: 200 },
  { client: 'wire', transport: 'smtp', mode: 'chunked', users: 200 },
  { client: 'wire', transport: 'http', users: 300 },
  { client: 'wire', transport: 'http', mode: 'pipelined', users: 300, connections: 50 },
] as const satisfies readonly Plan[]

/** What no trial of it may take longer than; a black hole is left after this. */
const TIMEOUT = '1s'

/** A short run of some client under faults of any kind; several hundred connections at once, most of the time. */
export function weather(random: Random, out: string): Plan {
  const who = pick(random, CLIENTS)
  const tls = pick(random, ['none', 'none', 'starttls', 'implicit'] as const)
  const ground = { protocol: who.transport, hasTls: tls !== 'none' }
  return {
    ...who,
    ...(random.next() < 0.2 && { users: 1 + random.integer(5) }),
    name: 'soak',
    connection: pick(random, ['reuse', 'fresh'] as const),
    tls,
    ...(random.next() < 0.3 && { rtt: `${1 + random.integer(20)}ms` }),
    faults: Array.from({ length: 1 + random.integer(4) }, () => fault(random, ground)),
    retry: random.next() < 0.3 ? { times: 2, backoff: '1ms', max_backoff: '20ms' } : 0,
    samples: random.next() < 0.3,
    messages: 400 + random.integer(1200),
    warmup: random.integer(50),
    duration: '4s',
    timeout: TIMEOUT,
    repeat: 1,
    skip_anatomy: true,
    seed: String(random.integer(2 ** 31)),
    out,
  }
}
