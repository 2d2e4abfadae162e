import { clockZeroNs, systemClock } from '../clock.ts'
import { openRelay, type RelayServer } from '../link/relay.ts'
import { createReleases } from '../link/releases.ts'
import type { LinkSideTerms } from './link-side-words.ts'
import { serveSide } from './side-main.ts'

/** The entry of the process that holds the links: started by link-side.ts. */
serveSide<LinkSideTerms>(async () => {
  const clock = systemClock
  const releases = createReleases(clock)
  const relays = new Map<number, RelayServer>()
  let opened = 0
  return {
    ready: { zeroNs: clockZeroNs() },
    calls: {
      async open({ target, spec, seed }) {
        const server = await openRelay({ target, spec, seed, releases, clock })
        opened += 1
        relays.set(opened, server)
        return { relay: opened, address: { host: server.host, port: server.port } }
      },
      log: ({ relay }) => relays.get(relay)?.log(),
      async close({ relay }) {
        await relays.get(relay)?.[Symbol.asyncDispose]()
        relays.delete(relay)
        return undefined
      },
    },
  }
})
