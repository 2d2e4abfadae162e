import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { clockOffsetNs, clockZeroNs, type Nanoseconds, NS_PER_MS, NS_PER_S, systemClock } from './clock.ts'

/** Of two readings of a clock, each rounded to what a double holds. */
const ERROR_NS = 1000

/** A process that says what its clock's zero is, and then, whenever it is asked, what time it has. */
function startOther(): ChildProcess {
  const module = new URL('./clock.ts', import.meta.url).href
  const program = `
    import { clockZeroNs, systemClock } from ${JSON.stringify(module)}
    process.on('message', () => process.send(systemClock.nowNs()))
    process.send({ zeroNs: clockZeroNs() })`
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
}

it('understands the instants of another process: its answer lies between our question and our hearing it', async () => {
  const other = startOther()
  const [{ zeroNs }] = (await once(other, 'message')) as [{ zeroNs: bigint }]
  const offsetNs = clockOffsetNs(zeroNs)
  // The other's clock began later than ours: an instant of it that were taken for ours would be long past.
  expect(offsetNs).toBeGreaterThan(0)
  for (let question = 0; question < 20; question++) {
    const askedNs = systemClock.nowNs()
    other.send('what time is it?')
    const [theirNs] = (await once(other, 'message')) as [Nanoseconds]
    const heardNs = systemClock.nowNs()
    expect(theirNs + offsetNs).toBeGreaterThan(askedNs - ERROR_NS)
    expect(theirNs + offsetNs).toBeLessThan(heardNs + ERROR_NS)
  }
  other.disconnect()
  await once(other, 'exit')
})

it('has one zero, however often it is asked', () => {
  const zeros = Array.from({ length: 10 }, () => Number(clockZeroNs() - clockZeroNs()))
  for (const differenceNs of zeros) expect(Math.abs(differenceNs)).toBeLessThan(ERROR_NS)
})

it('sleeps longer than a timer of Node can, which would fire at once', async () => {
  const awake = new AbortController()
  let woken = false
  const sleep = systemClock.sleep(60 * 24 * 3600 * NS_PER_S, awake.signal).then(() => {
    woken = true
  })
  await systemClock.sleep(20 * NS_PER_MS)
  expect(woken).toBe(false)
  awake.abort()
  await sleep
})

it("sleeps until an instant that has passed without a warning of Node's on the terminal", async () => {
  const warnings: string[] = []
  const note = ({ name }: Error) => warnings.push(name)
  process.on('warning', note)
  await systemClock.sleep((-5 * NS_PER_MS) as Nanoseconds)
  // Node warns in the next turn.
  await new Promise(setImmediate)
  process.off('warning', note)
  expect(warnings).toEqual([])
})
