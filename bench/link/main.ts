/**
 * `node bench/link/main.ts`: how late the relay's releases are, and what a dialogue through it takes beyond what
 * theory says, each with its spread. Figures are of the machine that it runs on: run it while nothing else does.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { NS_PER_MS, NS_PER_S, systemClock } from '../../src/clock.ts'
import { createDialer } from '../../src/dial/dialer.ts'
import { startLinkSide } from '../../src/trial/link-side.ts'

const SPAN_NS = 3 * NS_PER_S
const cases = [
  { rttMs: 10, connections: 1 },
  { rttMs: 10, connections: 10 },
  { rttMs: 10, connections: 100 },
  { rttMs: 100, connections: 1 },
  { rttMs: 100, connections: 100 },
]

/** Clock ticks of 10 ms that a process has used; Linux only. */
function cpuMs(pid: number): number | undefined {
  try {
    const [utime, stime] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .slice(11, 13)
    return 10 * (Number(utime) + Number(stime))
  } catch {
    return undefined
  }
}

/** Asks and is answered, one byte at a time, until the time is over; how long each exchange took. */
async function converse(socket: Socket, untilNs: number): Promise<number[]> {
  const spansNs: number[] = []
  while (systemClock.nowNs() < untilNs) {
    const startNs = systemClock.nowNs()
    socket.write('.')
    await once(socket, 'data')
    spansNs.push(systemClock.nowNs() - startNs)
  }
  socket.destroy()
  return spansNs
}

const at = (sorted: readonly number[], share: number) =>
  sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
const us = (spanNs: number) => `${Math.round(spanNs / 1000)} us`

const server = createServer({ noDelay: true }, socket => {
  socket.on('error', () => {}).on('data', chunk => socket.write(chunk))
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const target = { host: '127.0.0.1', port: (server.address() as AddressInfo).port }

for (const { rttMs, connections } of cases) {
  await using side = await startLinkSide()
  const relay = await side.open({ target, spec: { rtt: `${rttMs}ms` }, seed: 'bench' })
  using dialer = createDialer({
    address: target,
    relay: relay.address,
    timeoutNs: 10 * NS_PER_S,
    clock: systemClock,
  })
  const dials = Array.from({ length: connections }, () => dialer.dial(() => {}))
  const sockets = (await Promise.all(dials)).map(({ socket }) => socket)
  const cpuBefore = cpuMs(side.pid)
  const untilNs = systemClock.nowNs() + SPAN_NS
  const spansNs = (await Promise.all(sockets.map(socket => converse(socket, untilNs)))).flat()
  const cpuAfter = cpuMs(side.pid)
  const excessNs = spansNs.map(span => span - rttMs * NS_PER_MS).toSorted((a, b) => a - b)
  const { p50Ns, p99Ns } = (await relay.log())?.lateness ?? { p50Ns: Number.NaN, p99Ns: Number.NaN }
  const busy =
    cpuBefore === undefined || cpuAfter === undefined
      ? ''
      : `, relay busy ${Math.round((100 * (cpuAfter - cpuBefore) * NS_PER_MS) / SPAN_NS)} %`
  console.log(
    `rtt ${rttMs} ms, ${connections} connections: releases late by ${us(p50Ns)} (p99 ${us(p99Ns)}), ` +
      `exchanges by ${us(at(excessNs, 0.5))} (p99 ${us(at(excessNs, 0.99))}) of ${spansNs.length}${busy}`,
  )
}
server.close()
