import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { machineOf } from '../run-store/machine.ts'
import { exampleFloor } from '../run-store/machine-floor.fixture.ts'
import { FLOORS_FOLDER, floorFile, machineFloor, readFloor, writeFloor } from '../run-store/machine-floor.ts'
import { describeEnvironment } from '../trial/environment.ts'
import { runCli, temporaryFolder } from './cli.fixture.ts'
import { renderFloor } from './floor-table.ts'

describe('doctor without a plan', () => {
  it('measures every client, and keeps it where it is told', async () => {
    await using folder = await temporaryFolder()
    const { status, stdout, stderr } = await runCli(['doctor', '--json', '--out', 'kept/floor.json'], {
      cwd: folder.path,
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const floor = machineFloor.parse(JSON.parse(stdout))
    expect(await readFloor(join(folder.path, 'kept', 'floor.json'))).toEqual(floor)
    expect(await readdir(folder.path)).toEqual(['kept'])
    expect(
      floor.trials.map(({ client, transport, mode }) => `${transport} ${client} ${mode ?? ''}`.trim()),
    ).toEqual([
      'smtp null',
      'smtp null',
      'smtp nodemailer',
      'smtp nodemailer-raw',
      'http undici',
      'smtp wire lockstep',
      'http wire lockstep',
      'smtp wire pipelined',
      'http wire pipelined',
      'smtp wire chunked',
    ])
    for (const { n, latency_p50_ms } of floor.trials) {
      expect(n).toBeGreaterThan(0)
      expect(latency_p50_ms).not.toBeNull()
    }
    // Whatever the machine: a client is not quicker than a bare byte, nor the harness slower than a client.
    const [harness, , nodemailer] = floor.trials
    expect(floor.loopback.p50_ms ?? 0).toBeLessThan(nodemailer?.latency_p50_ms ?? 0)
    expect(harness?.client_cpu_us_per_message ?? 0).toBeLessThan(nodemailer?.client_cpu_us_per_message ?? 0)
    expect(floor.open.tried.length).toBeGreaterThan(0)
  }, 90_000)

  it('is what later runs lay themselves beside, whose figures count all the same', async () => {
    await using folder = await temporaryFolder()
    const machine = machineOf(describeEnvironment({ tlsResume: false }))
    const file = join(folder.path, floorFile(FLOORS_FOLDER, machine))
    const spread = (ms: number) => ({ n: 1000, p50_ms: ms, p99_ms: null })
    const args = ['run', '--smtp', 'sink', '--client', 'null', '--messages', '100', '--repeat', '1']
    const run = async (ms: number) => {
      await writeFloor(file, { ...exampleFloor, machine, loopback: spread(ms), work: spread(ms) })
      return await runCli([...args, '--quiet'], { cwd: folder.path })
    }
    const fast = await run(1e6)
    expect(fast.stdout).toMatch(
      /^Machine: this machine is as fast as when its floor was taken \(2026-11-23\): /m,
    )
    const slow = await run(1e-6)
    expect(slow.stdout).toMatch(/^ {2}- machine-floor \(the run\): this machine is slower today than when /m)
    expect([fast.status, slow.status]).toEqual([0, 0])
    await writeFile(file, '{')
    expect(await runCli(args, { cwd: folder.path })).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^mailbench: ".*" is no floor of this version .*\n$/),
    })
  }, 60_000)

  it('prints what a person reads', () => {
    expect(renderFloor(exampleFloor)).toMatchInlineSnapshot(`
      "Floor of linux-x64-2cpu-0123456789ab
      example, 2 CPUs, Node v24.0.0, load average 0.1 0.2 0.3

      clock       steps of 40 ns
      timers      late by 150 us (p99 1,200 us)
      pacing      late by 2.00 us (p99 300 us)
      event loop  delayed by 500 us at the p99, 1,000 us at most
      loopback    round trip 30.0 us (p99 100 us) on bare sockets
      processor   SHA-256 of 64 KiB in 50.0 us (p99 60.0 us)

      client                   users  p50 us  p99 us  messages/s  CPU us a message
      null, the harness alone      1    1.00    3.00     800,000              0.90
      smtp wire pipelined          1     100       -       8,000              40.0

      Open load: 16,000/s is driven with starts at most 1 ms late at the p99 (SMTP, wire, 10 connections); 32,000/s: starts late by 20 ms at the p99."
    `)
  })
})
