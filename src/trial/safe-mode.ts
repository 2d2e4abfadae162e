import { UsageError } from '../errors.ts'
import type { SafeMode } from '../provider/facts.ts'
import type { Provider } from '../provider/provider.ts'
import type { Plan } from './plan.ts'
import { isLoopback, type Target } from './target.ts'

/** What the user can do instead, where mailbench cannot ask for it by itself. */
function remedyOf(mode: SafeMode): string {
  switch (mode.kind) {
    case 'key':
      return `use the key ${mode.key}, which sends nothing`
    case 'recipient':
      return `send to: ${mode.address}, which nobody reads`
    case 'header':
      return `its switch is the header ${mode.name}: ${mode.value}`
    case 'account':
      return `it needs ${mode.how}`
    default:
      return 'it has no sandbox'
  }
}

const isSafe = ({ safe: { api } }: Provider, { to }: Plan, key: string | undefined) =>
  (api.kind === 'key' && key === api.key) || (api.kind === 'recipient' && to === api.address)

/**
 * The dialect that a plan speaks. Off loopback it is the provider's sandbox unless the plan says `live: true`;
 * who has none that can be asked for in the request is not spoken to by accident.
 * @throws UsageError saying what would be safe
 */
export function safely(provider: Provider, plan: Plan, targets: Iterable<Target>): Provider {
  const remote = [...targets].find(
    ({ protocol, address }) => protocol === 'http' && !isLoopback(address.host),
  )
  // Of a server that is nobody's in particular there is no sandbox to know of: --yes has been said.
  if (plan.live === true || !remote || provider.origin === undefined) return provider
  if (provider.sandboxed) return provider.sandboxed()
  if (isSafe(provider, plan, remote.protocol === 'http' ? remote.key : undefined)) return provider
  throw new UsageError(
    `provider: ${provider.title} would deliver this mail: ${remedyOf(provider.safe.api)}; or say live: true in the plan`,
  )
}
