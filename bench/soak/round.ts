import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Clock, NS_PER_MS, systemClock } from '../../src/clock.ts'
import type { Random } from '../../src/random.ts'
import type { TrialRow } from '../../src/run-store/schema.ts'
import type { Plan } from '../../src/trial/plan.ts'
import { type RunResult, runPlan } from '../../src/trial/run-plan.ts'
import { ended, kept } from '../worker/children.ts'
import { childrenOf } from './violence.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** What a round came to. */
export interface Round {
  readonly submissions: number
  readonly connections: number
  /** By what the clients were told, of submissions that sinks gave receipts of. */
  readonly accepted: number
  readonly inDoubtTaken: number
  readonly duplicated: number
  /** Nothing, as a rule. */
  readonly wrongs: readonly string[]
}

/** Self-checks that must hold whatever the weather; others tell of a machine that is busy. */
const bookkeeping = new Set(['balance', 'histogram', 'ledger', 'resources'])

function wrongsOf({ checks, trials, planned, fault }: RunResult, hasReceipts: boolean): string[] {
  const broken = checks.filter(({ check, ok }) => !ok && bookkeeping.has(check))
  const measured = trials.filter(({ purpose }) => purpose === 'measure')
  const unbalanced = measured.filter(
    row =>
      row.attempted !== row.accepted + row.deferred + row.rejected + row.faulted + row.in_doubt + row.aborted,
  )
  return [
    ...broken.map(({ check, detail }) => `${check}: ${detail}`),
    ...unbalanced.map(({ label }) => `${label}: outcomes do not add up`),
    ...(hasReceipts ? measured.filter(({ lost }) => lost !== 0).map(lossOf) : []),
    ...(trials.length === planned ? [] : [`${trials.length} of ${planned} trials`]),
    ...(fault === undefined ? [] : [fault]),
  ]
}

const lossOf = ({ label, lost }: TrialRow) =>
  lost === null ? `${label}: the sinks gave no receipts` : `${label}: ${lost} accepted messages are lost`

function roundOf(result: RunResult, hasReceipts: boolean): Round {
  const measured = result.trials.filter(({ purpose }) => purpose === 'measure')
  const sum = (of: (row: TrialRow) => number | null) => measured.reduce((all, row) => all + (of(row) ?? 0), 0)
  return {
    submissions: sum(row => row.attempted),
    connections: sum(row => row.connections),
    accepted: sum(row => row.accepted),
    inDoubtTaken: sum(row => row.in_doubt_taken),
    duplicated: sum(row => row.duplicated),
    wrongs: wrongsOf(result, hasReceipts),
  }
}

/** A wall clock that steps, as NTP and administrators make it: only stamps may come of it. */
function steppingClock(random: Random): Clock {
  let offMs = 0
  return {
    ...systemClock,
    wallMs() {
      if (random.next() < 0.2) offMs = (random.integer(2001) - 1000) * 86_400
      return systemClock.wallMs() + offMs
    },
  }
}

/** @param onMeasure told when what is measured begins, the harness's own floor being over */
function run(plan: Plan, random: Random, onMeasure: () => void = () => {}): Promise<RunResult> {
  return runPlan(plan, {
    clock: steppingClock(random),
    observe: () => ({
      trialStarted({ purpose }) {
        if (purpose === 'measure') onMeasure()
      },
      sample() {},
      trialEnded() {},
      [Symbol.dispose]() {},
    }),
  })
}

/** Under faults alone: every message must be accounted for. */
export async function calm(plan: Plan, random: Random): Promise<Round> {
  return roundOf(await run(plan, random), true)
}

/** The process of the sinks is killed in the middle: what follows is refused, and there are no receipts. */
export async function withoutFarSide(plan: Plan, random: Random): Promise<Round> {
  const begun = Promise.withResolvers<void>()
  const killing = begun.promise.then(async () => {
    await systemClock.sleep(random.integer(500) * NS_PER_MS)
    for (const pid of childrenOf(process.pid, 'far-side-main')) process.kill(pid, 'SIGKILL')
  })
  const result = await run(plan, random, begun.resolve)
  await killing
  return roundOf(result, false)
}

/** Sinks as a user starts them. @param ports taken again at a restart */
async function startSink(ports: readonly [smtp: string, http: string]) {
  const [smtp, http] = ports
  const off = ['--smtps-port', 'off', '--https-port', 'off']
  const args = [main, 'sink', '--smtp-port', smtp, '--http-port', http, ...off]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  kept(child)
  const found: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    found.push(/^127\.0\.0\.1:(\d+) /.exec(line)?.[1] ?? '')
    if (found.length === 2) break
  }
  const [smtpPort = '', httpPort = ''] = found
  return { child, ports: [smtpPort, httpPort] as const }
}

/** The sinks, of somebody else this time, are killed and come back at their ports. */
export async function withRestart(plan: Plan, random: Random): Promise<Round> {
  const { faults: _faults, tls: _tls, ...rest } = plan
  const first = await startSink(['0', '0'])
  const [smtp, http] = first.ports
  const begun = Promise.withResolvers<void>()
  const restarted = begun.promise.then(async () => {
    await systemClock.sleep(random.integer(500) * NS_PER_MS)
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    return startSink(first.ports)
  })
  const result = await run(
    { ...rest, smtp: `smtp://127.0.0.1:${smtp}?tls=none`, api: `http://127.0.0.1:${http}/send` },
    random,
    begun.resolve,
  )
  await ended((await restarted).child)
  return roundOf(result, false)
}

/** Leaves nothing of its runs behind. */
export const tidied = async (out: string, round: Promise<Round>): Promise<Round> => {
  try {
    return await round
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}
