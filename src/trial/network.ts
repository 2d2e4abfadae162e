import { linkFault, linkRttNs } from '../link/link.ts'
import type { Condition } from './condition.ts'
import { type Relay, startLinkSide } from './link-side.ts'
import type { Target } from './target.ts'

/** The emulated networks of a run: each trial that has one gets a relay of its own. */
export interface Network extends AsyncDisposable {
  /** undefined where the condition has none. @throws when the process of the links is gone */
  open(condition: Condition, target: Target): Promise<Relay | undefined>
}

const isLinked = ({ link }: Condition) => linkRttNs(link) > 0 || linkFault(link) !== ''

/** Starts the process of the links, unless no condition needs it. */
export async function openNetwork(conditions: readonly Condition[], seed: string): Promise<Network> {
  const side = conditions.some(isLinked) ? await startLinkSide() : undefined
  return {
    async open(condition, { address }) {
      if (!isLinked(condition) || !side) return undefined
      return side.open({ target: address, spec: condition.link, seed })
    },
    async [Symbol.asyncDispose]() {
      await side?.[Symbol.asyncDispose]()
    },
  }
}
