import { clockOffsetNs } from '../clock.ts'
import type { Address } from '../dial/dial.ts'
import { onClock, type RelayLog } from '../link/relay-log.ts'
import type { LinkSideTerms, RelaySpec } from './link-side-words.ts'
import { startSide } from './side-process.ts'

/** An emulated link to one server. */
export interface Relay extends AsyncDisposable {
  /** What a dialer dials instead of the server. */
  readonly address: Address
  /** What it has seen so far, on this process's clock; undefined when its process is gone. */
  log(): Promise<RelayLog | undefined>
}

/** Emulated links in a process of their own: neither the generator's nor the sinks'. */
export interface LinkSide extends AsyncDisposable {
  readonly pid: number
  /** @throws when the process is gone */
  open(relay: RelaySpec): Promise<Relay>
}

export async function startLinkSide(): Promise<LinkSide> {
  const side = await startSide<LinkSideTerms>('link-side-main', "links'", undefined)
  const offsetNs = clockOffsetNs(side.ready.zeroNs)
  return {
    pid: side.pid,
    async open(spec) {
      const opened = await side.call('open', spec)
      if (!opened) throw new Error("the links' process is gone")
      const { relay, address } = opened
      return {
        address,
        async log() {
          const log = await side.call('log', { relay })
          return log && onClock(log, offsetNs)
        },
        async [Symbol.asyncDispose]() {
          await side.call('close', { relay })
        },
      }
    },
    [Symbol.asyncDispose]: () => side[Symbol.asyncDispose](),
  }
}
