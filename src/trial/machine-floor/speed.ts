import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Clock } from '../../clock.ts'
import type { MachineFloor } from '../../run-store/machine-floor.ts'
import { startEchoSide } from '../echo-side.ts'
import { spreadOf } from './spread.ts'

const WARM_UP = 200
const TRIPS = 1000
const WORK_BYTES = 64 * 1024

export type MachineSpeed = Pick<MachineFloor, 'loopback' | 'work'>

/** Sends a byte, and is told how long it takes until one comes back. */
function tripsOn(socket: Socket, clock: Clock): () => Promise<number> {
  let heard = () => {}
  let lost = (_error: Error) => {}
  socket
    .on('data', () => heard())
    .on('error', error => lost(error))
    .on('close', () => lost(new Error('the other end of the loopback is gone')))
  return async () => {
    const startNs = clock.nowNs()
    await new Promise<void>((resolve, reject) => {
      heard = resolve
      lost = reject
      socket.write('.')
    })
    return clock.nowNs() - startNs
  }
}

/**
 * How fast the machine is just now: a byte to another process and back on bare sockets, and work of the processor
 * alone. Little of it is JavaScript, so that it is the same in a process that has just started and in one that has not.
 */
export async function machineSpeed(clock: Clock, signal: AbortSignal): Promise<MachineSpeed> {
  const within = { clock, signal }
  const bytes = Buffer.alloc(WORK_BYTES)
  const work = await spreadOf(async () => {
    const startNs = clock.nowNs()
    createHash('sha256').update(bytes).digest()
    return clock.nowNs() - startNs
  }, within)
  await using echo = await startEchoSide()
  const socket = connect({ ...echo.address, noDelay: true })
  try {
    await once(socket, 'connect')
    const trip = tripsOn(socket, clock)
    await spreadOf(trip, within, WARM_UP)
    return { work, loopback: await spreadOf(trip, within, TRIPS) }
  } finally {
    socket.destroy()
  }
}
