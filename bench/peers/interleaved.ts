import type { Contest, Contestant } from './contest.ts'
import { libraryClients } from './library-clients.ts'

/** One side of a comparison: sends `messages`, and says how many a second from the first to the last reply. */
export interface Side {
  readonly name: string
  readonly ratePerS: (messages: number) => Promise<number>
}

export interface Comparison {
  readonly name: string
  readonly ours: Side
  readonly theirs: Side
  readonly messages: number
  /** The ratio that is to be reached. */
  readonly target: number
}

/** In this process, in which nothing else runs meanwhile. Neither side pays for the other's garbage. */
function contestantOf({ name, ratePerS: send }: Side, messages: number): Contestant {
  return {
    name,
    async measure() {
      globalThis.gc?.()
      const before = process.cpuUsage()
      const ratePerS = await send(messages)
      const { user, system } = process.cpuUsage(before)
      return { ratePerS, cpuUsPerMessage: (user + system) / messages }
    },
  }
}

/** Our transports beside bare loops of the libraries that they use: what observing costs. */
export const libraryContest: Contest = {
  name: 'library',
  about: 'Library clients beside bare loops of their libraries, on our sinks',
  tools: [],
  matches: [
    { ours: 'mailbench, nodemailer', theirs: 'bare nodemailer loop', rateAtLeast: 0.95 },
    { ours: 'mailbench, undici', theirs: 'bare undici loop', rateAtLeast: 0.9 },
  ],
  async open({ stack }) {
    const { comparisons } = stack.use(await libraryClients())
    return comparisons.flatMap(({ ours, theirs, messages }) =>
      [ours, theirs].map(side => contestantOf(side, messages)),
    )
  },
}
