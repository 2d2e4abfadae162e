import type { Cause } from '../sample.ts'
import { type ByteFault, endingOf, type Fault, type FaultKind, type Step } from './fault/fault.ts'
import type { Exchange, Script } from './sink.ts'

/** What went wrong on purpose, where, and how often: what clients' reports are laid beside. */
export interface Injected {
  readonly step: Step | 'bytes_in' | 'bytes_out'
  readonly fault: string
  /** What a client should call it; null where no submission fails of it. */
  readonly cause: Cause | null
  readonly count: number
}

/** Counts what scripts inject. */
export interface Injections {
  /** The script, its faults counted. */
  counted(script: Script): Script
  /** What was injected since the last call. */
  take(): Injected[]
}

/** What each kind comes to for a submission that meets it. A connection that closes where a reply is due counts as reset. */
const causes: Readonly<
  Record<Exclude<FaultKind, 'unacknowledged' | 'reject' | 'defer' | 'throttle'>, Cause | null>
> = {
  refuse: 'reset',
  reset: 'reset',
  end: 'reset',
  half_close: 'reset',
  silence: 'timeout',
  // Late, but an answer.
  stall: null,
  drip: null,
  repeat: 'protocol',
  truncate: 'reset',
  garbage: 'protocol',
  endless: 'protocol',
  unavailable: 'server',
  wrong_certificate: 'tls',
  bad_handshake: 'tls',
}

/** Steps at which no submission is under way. */
const besides: readonly Step[] = ['rset', 'noop', 'vrfy', 'help', 'quit']

function causeOf(step: Step, fault: Fault | ByteFault['fault']): Cause | null {
  if (besides.includes(step)) return null
  // The answer has come, and nothing is asked after it.
  if (fault.kind === 'repeat' && step === 'content') return null
  const kind = fault.kind === 'unacknowledged' ? endingOf(fault) : fault.kind
  return kind === undefined ? null : causes[kind]
}

/** A refusal that the script decided is a fault as well: a server that says no. */
function refusalOf({ outcome, cause }: { outcome: string; cause?: Cause }): string {
  if (outcome === 'rejected') return 'reject'
  return cause === 'throttled' ? 'throttle' : 'defer'
}

export function createInjections(): Injections {
  let tally = new Map<string, Omit<Injected, 'count'> & { count: number }>()

  function note(step: Injected['step'], fault: string, cause: Cause | null): void {
    const key = `${step} ${fault} ${cause}`
    const known = tally.get(key)
    if (known) known.count++
    else tally.set(key, { step, fault, cause, count: 1 })
  }

  /** What lies in wait for a byte is counted when it springs. */
  function watched(byteFault: ByteFault): ByteFault {
    const { direction, fault } = byteFault
    return { ...byteFault, onSpring: () => note(`bytes_${direction}`, fault.kind, causeOf('body', fault)) }
  }

  return {
    counted(script) {
      // Of a script that is never asked there is nothing to count.
      if (script.steps?.size === 0) return script
      const counting: Script = (exchange: Exchange, random) => {
        const answer = script(exchange, random)
        const { step } = exchange
        const { fault, verdict, byteFaults } = answer
        if (fault) note(step, fault.kind, causeOf(step, fault))
        else if (verdict.outcome !== 'accepted')
          note(step, refusalOf(verdict), besides.includes(step) ? null : (verdict.cause ?? 'unknown'))
        return byteFaults ? { ...answer, byteFaults: byteFaults.map(watched) } : answer
      }
      const { steps, hasFaults, restart } = script
      return Object.assign(counting, {
        ...(steps && { steps }),
        ...(hasFaults !== undefined && { hasFaults }),
        ...(restart && { restart }),
      })
    },
    take() {
      const taken = [...tally.values()]
      tally = new Map()
      return taken
    },
  }
}
