import type { Injected } from '../sink/injected.ts'
import type { Endpoint, Receipts } from '../sink/sink.ts'
import type { SinksSpec } from '../sink/sinks.ts'
import type { FarSideTerms } from './far-side-words.ts'
import { startSide } from './side-process.ts'

export type FarSideSpec = SinksSpec

/** Sinks in a process of their own, off the generator's event loop: they would time each other. */
export interface FarSide extends AsyncDisposable {
  /** In the order of the listeners. */
  readonly endpoints: readonly Endpoint[]
  /** PEM of the authority that signed the sinks' certificate. */
  readonly ca: string
  readonly pid: number
  /** undefined when the process is gone, or does not answer. */
  receipts(run: string, trial: number): Promise<Receipts | undefined>
  /** What went wrong on purpose since the last call; undefined as for receipts. */
  injected(): Promise<readonly Injected[] | undefined>
  /** A trial, or its measured part, begins: faults are counted from here, and happen as if nothing had before. */
  begin(): Promise<void>
  /** Forgets a trial's receipts. */
  release(run: string, trial: number): void
}

/** @throws UsageError naming the port, when one cannot be had */
export async function startFarSide(spec: FarSideSpec): Promise<FarSide> {
  const side = await startSide<FarSideTerms>('far-side-main', "sinks'", spec)
  const { endpoints, ca } = side.ready
  return {
    endpoints,
    ca,
    pid: side.pid,
    receipts: (run, trial) => side.call('receipts', { run, trial }),
    injected: () => side.call('injected', undefined),
    begin: async () => void (await side.call('begin', undefined)),
    release: (run, trial) => void side.call('release', { run, trial }),
    [Symbol.asyncDispose]: () => side[Symbol.asyncDispose](),
  }
}
