/**
 * `npm run soak`: runs under random faults, one after another in one process, for ten minutes or `--for 60s`.
 * Sinks are killed and restarted, runs are ended by signals, the wall clock steps. In the end there must have been no
 * unhandled error, memory and handles must be flat, and every message accounted for. `--seed` draws the same again.
 */
import { mkdtemp } from 'node:fs/promises'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { NS_PER_S, systemClock } from '../../src/clock.ts'
import { messageOf, UsageError } from '../../src/errors.ts'
import { createRandom, type Random } from '../../src/random.ts'
import { parseDurationNs } from '../../src/units.ts'
import { runProgram } from '../arguments.ts'
import { calm, type Round, tidied, withoutFarSide, withRestart } from './round.ts'
import { endInTheMiddle, endingNames } from './violence.ts'
import { type Vitals, vitals } from './vitals.ts'
import { weather } from './weather.ts'

const GROWTH_MAX_BYTES = 20 * 1024 * 1024
/** What is compiled, cached and pooled for good is there by then. */
const SETTLED_NS = 60 * NS_PER_S
/** Every so many rounds something is killed, or restarted. */
const VIOLENT_EVERY = 3

function readArguments() {
  try {
    const { values } = parseArgs({ options: { for: { type: 'string' }, seed: { type: 'string' } } })
    return { spanNs: parseDurationNs(values.for ?? '10m'), seed: values.seed ?? String(systemClock.wallMs()) }
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(messageOf(error), { cause: error })
  }
}

interface Happening {
  readonly name: string
  readonly round: () => Promise<Round>
}

const nothing: Round = {
  submissions: 0,
  connections: 0,
  accepted: 0,
  inDoubtTaken: 0,
  duplicated: 0,
  wrongs: [],
}

/** What happens in round `index`: mostly faults alone, and each kind of violence in turn. */
function happening(index: number, random: Random, out: string): Happening {
  const plan = weather(random, out)
  const violent: Happening[] = [
    { name: 'far side killed', round: () => withoutFarSide(plan, random) },
    { name: 'sinks restarted', round: () => withRestart(plan, random) },
    ...endingNames.map(name => ({
      name,
      round: async () => ({ ...nothing, wrongs: await endInTheMiddle(name, random) }),
    })),
  ]
  const turn = Math.floor(index / VIOLENT_EVERY) % violent.length
  const chosen = index % VIOLENT_EVERY === VIOLENT_EVERY - 1 ? violent[turn] : undefined
  return chosen ?? { name: describe(plan), round: () => calm(plan, random) }
}

function describe({ client, users, connection, faults = [] }: ReturnType<typeof weather>): string {
  const words = faults.map(({ at, do: kind }) => `${kind} at ${JSON.stringify(at).replaceAll(/["{}]/g, '')}`)
  return `${client} ${connection} ${users}u: ${words.join(', ')}`
}

const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1)

/** What grew from when all had settled to the end. */
function growthsOf(settled: Vitals, last: Vitals): string[] {
  const grownBytes = last.heldBytes - settled.heldBytes
  return [
    ...(grownBytes < GROWTH_MAX_BYTES ? [] : [`memory grew by ${megabytes(grownBytes)} MB`]),
    ...(last.handles <= settled.handles ? [] : [`handles grew from ${settled.handles} to ${last.handles}`]),
    ...((last.files ?? 0) <= (settled.files ?? 0)
      ? []
      : [`open files grew from ${settled.files} to ${last.files}`]),
  ]
}

await runProgram(async () => {
  if (platform() === 'win32') throw new UsageError('the soak needs the signals and the ps of a Unix')
  const { spanNs, seed } = readArguments()
  const random = createRandom(seed)
  const wrongs: string[] = []
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      wrongs.push(`unhandled: ${error instanceof Error ? error.stack : error}`)
    })
  console.log(`soak of ${Math.round(spanNs / NS_PER_S)} s, seed ${seed}`)
  const beganNs = systemClock.nowNs()
  const total = { ...nothing }
  let settled: Vitals | undefined
  let last = await vitals()
  for (let index = 0; systemClock.nowNs() - beganNs < spanNs; index++) {
    const out = await mkdtemp(join(tmpdir(), 'mailbench-soak-'))
    const { name, round } = happening(index, random.fork(String(index)), out)
    const came = await tidied(out, round())
    wrongs.push(...came.wrongs.map(wrong => `round ${index} (${name}): ${wrong}`))
    for (const figure of ['submissions', 'connections', 'accepted', 'inDoubtTaken', 'duplicated'] as const)
      total[figure] += came[figure]
    last = await vitals()
    const elapsedNs = systemClock.nowNs() - beganNs
    if (elapsedNs >= Math.min(SETTLED_NS, spanNs / 3)) settled ??= last
    console.log(
      `${String(Math.round(elapsedNs / NS_PER_S)).padStart(4)} s  ${String(came.submissions).padStart(5)} messages  ${String(came.connections).padStart(5)} connections  ${megabytes(last.heldBytes)} MB held, ${megabytes(last.rssBytes)} MB resident, ${last.handles} handles, ${last.files ?? '?'} files  ${name}`,
    )
  }
  if (settled) wrongs.push(...growthsOf(settled, last))
  console.log(
    `${total.submissions} messages over ${total.connections} connections: ${total.accepted} accepted, ${total.inDoubtTaken} in doubt and taken, ${total.duplicated} duplicated`,
  )
  for (const wrong of wrongs) console.error(`wrong: ${wrong}`)
  console.log(
    wrongs.length === 0
      ? 'all of them accounted for; memory and handles flat'
      : `${wrongs.length} wrongs; again with --seed ${seed}`,
  )
  process.exitCode = wrongs.length === 0 ? 0 : 1
})
