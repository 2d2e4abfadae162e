import { NONE, short } from '../figure-text.ts'
import { aligned } from '../report/align.ts'
import type { FloorTrial, MachineFloor, Spread } from '../run-store/machine-floor.ts'
import { plainLines } from '../run-store/text.ts'

/** Floors are of microseconds. */
const us = (ms: number | null) => short(ms === null ? null : ms * 1000)

const spreadWords = ({ p50_ms, p99_ms }: Spread) => `${us(p50_ms)} us (p99 ${us(p99_ms)} us)`

const clientWords = ({ client, transport, mode }: FloorTrial) =>
  client === 'null'
    ? 'null, the harness alone'
    : [transport, client, mode].filter(word => word !== null).join(' ')

function trialTable(trials: readonly FloorTrial[]): string[] {
  const head = ['client', 'users', 'p50 us', 'p99 us', 'messages/s', 'CPU us a message']
  const rows = trials.map(trial => [
    clientWords(trial),
    trial.users === null ? NONE : String(trial.users),
    us(trial.latency_p50_ms),
    us(trial.latency_p99_ms),
    short(trial.throughput_per_s),
    short(trial.client_cpu_us_per_message),
  ])
  return aligned([head, ...rows]).lines
}

function openLine({ rate_per_s, start_lag_p99_limit_ms, tried }: MachineFloor['open']): string {
  const limit = `with starts at most ${start_lag_p99_limit_ms} ms late at the p99`
  const beyond = tried
    .filter(({ ok, rate_per_s: rate }) => !ok && rate > (rate_per_s ?? 0))
    .toSorted((a, b) => a.rate_per_s - b.rate_per_s)[0]
  const fault = beyond ? `; ${short(beyond.rate_per_s)}/s: ${beyond.because}` : ''
  return rate_per_s === null
    ? `Open load: no rate that was tried is driven ${limit}${fault}.`
    : `Open load: ${short(rate_per_s)}/s is driven ${limit} (SMTP, wire, 10 connections)${fault}.`
}

/** What a person wants to know of a machine before believing figures of it. */
export function renderFloor(floor: MachineFloor): string {
  const { machine, environment, clock_resolution_ns, timers, pacing, loopback, work, trials, open } = floor
  const lines = [
    `Floor of ${machine}`,
    `${environment['cpu']}, ${environment['cpus']} CPUs, Node ${environment['node']}, load average ${[environment['load_average']].flat().join(' ')}`,
    '',
    `clock       steps of ${clock_resolution_ns} ns`,
    `timers      late by ${spreadWords(timers)}`,
    `pacing      late by ${spreadWords(pacing)}`,
    `event loop  delayed by ${us(floor.loop_delay_p99_ms)} us at the p99, ${us(floor.loop_delay_max_ms)} us at most`,
    `loopback    round trip ${spreadWords(loopback)} on bare sockets`,
    `processor   SHA-256 of 64 KiB in ${spreadWords(work)}`,
    '',
    ...trialTable(trials),
    '',
    openLine(open),
  ]
  return plainLines(lines.join('\n'))
}
