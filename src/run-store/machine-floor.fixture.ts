import { type MachineFloor, machineFloor } from './machine-floor.ts'

/** The floor of a machine that never was. */
export const exampleFloor: MachineFloor = machineFloor.parse({
  version: 1,
  taken_at: '2026-11-23T09:15:00.000Z',
  machine: 'linux-x64-2cpu-0123456789ab',
  environment: { node: 'v24.0.0', cpu: 'example', cpus: 2, load_average: [0.1, 0.2, 0.3] },
  clock_resolution_ns: 40,
  timers: { n: 400, p50_ms: 0.15, p99_ms: 1.2 },
  pacing: { n: 400, p50_ms: 0.002, p99_ms: 0.3 },
  loop_delay_p99_ms: 0.5,
  loop_delay_max_ms: 1,
  loopback: { n: 1000, p50_ms: 0.03, p99_ms: 0.1 },
  work: { n: 400, p50_ms: 0.05, p99_ms: 0.06 },
  trials: [
    {
      label: 'smtp null reuse 1u',
      transport: 'smtp',
      client: 'null',
      mode: null,
      users: 1,
      message_bytes: 1662,
      n: 100_000,
      throughput_per_s: 800_000,
      latency_p50_ms: 0.001,
      latency_p99_ms: 0.003,
      client_cpu_us_per_message: 0.9,
    },
    {
      label: 'smtp wire pipelined reuse 1u',
      transport: 'smtp',
      client: 'wire',
      mode: 'pipelined',
      users: 1,
      message_bytes: 1662,
      n: 300,
      throughput_per_s: 8000,
      latency_p50_ms: 0.1,
      latency_p99_ms: null,
      client_cpu_us_per_message: 40,
    },
  ],
  open: {
    rate_per_s: 16_000,
    start_lag_p99_limit_ms: 1,
    tried: [
      { rate_per_s: 16_000, ok: true, start_lag_p99_ms: 0.4, because: null },
      { rate_per_s: 32_000, ok: false, start_lag_p99_ms: 20, because: 'starts late by 20 ms at the p99' },
    ],
  },
})
