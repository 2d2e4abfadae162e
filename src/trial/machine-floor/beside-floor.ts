import type { Clock } from '../../clock.ts'
import { short } from '../../figure-text.ts'
import { machineOf } from '../../run-store/machine.ts'
import { floorFile, type MachineFloor, readFloor } from '../../run-store/machine-floor.ts'
import type { Check } from '../../run-store/stored-run.ts'
import { type MachineSpeed, machineSpeed } from './speed.ts'

/** A machine that takes so many times as long is not the one that it was. */
const SLOWER = 1.5

const measured = { loopback: 'loopback round trip', work: 'SHA-256 of 64 KiB' } as const

/** The machine as it is now, beside the floor that was taken of it: what a reader should know, and no reason to doubt. */
export function besideFloor(floor: MachineFloor, now: MachineSpeed): Check {
  const compared = (['loopback', 'work'] as const).flatMap(key => {
    const [before, after] = [floor[key].p50_ms, now[key].p50_ms]
    if (before === null || after === null || before === 0) return []
    return [{ ratio: after / before, words: `${measured[key]} ${short(after)} ms, then ${short(before)} ms` }]
  })
  const ok = compared.every(({ ratio }) => ratio <= SLOWER)
  const figures = compared.map(({ words }) => words).join('; ')
  const day = floor.taken_at.slice(0, 10)
  const detail = ok
    ? `this machine is as fast as when its floor was taken (${day})`
    : `this machine is slower today than when its floor was taken (${day})`
  return {
    trial: null,
    check: 'machine-floor',
    ok,
    invalidates: false,
    detail:
      compared.length === 0 ? 'too little was measured to lay it beside the floor' : `${detail}: ${figures}`,
  }
}

/** The check of a run on a machine whose floor is kept in `folder`; none where there is no floor of it. @throws UsageError */
export async function floorChecks(
  folder: string,
  environment: Readonly<Record<string, unknown>>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Check[]> {
  const floor = await readFloor(floorFile(folder, machineOf(environment)))
  return floor ? [besideFloor(floor, await machineSpeed(clock, signal))] : []
}
