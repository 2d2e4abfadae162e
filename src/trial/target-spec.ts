import { z } from 'zod'
import { UsageError } from '../errors.ts'
import type { Provider } from '../provider/provider.ts'
import { type ProviderName, providerNames, providers } from '../provider/providers.ts'
import { type ScriptSpec, scriptSpec } from '../sink/script.ts'
import type { Plan } from './plan.ts'

const server = (what: string) =>
  z
    .union([z.string().min(1), z.literal(false)], { error: 'must be a URL, sink, or false' })
    .optional()
    .describe(`${what}: a URL, sink, or false for none; by default the provider's own`)

/** One of several servers that a plan compares, each by SMTP and by its API. */
export const targetSpec = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,20}$/, 'must be lower-case letters, digits and hyphens, at most 21')
    .refine(name => name !== 'sink', 'must be another: sink is what a local sink is called')
    .optional()
    .describe("begins its labels; by default the provider's name"),
  provider: z.enum(providerNames).optional().describe('whose relay and API these are'),
  smtp: server('its way in by SMTP'),
  api: server('its HTTP API'),
  api_key: z
    .string()
    .optional()
    .describe("key of the API; by default the provider's environment variables, see `providers`"),
  from: z.string().optional().describe("sender's address; by default the plan's"),
  to: z.string().optional().describe("recipient's address; by default the plan's"),
  live: z.boolean().optional().describe('deliver mail, instead of using its safe mode'),
  max_rate: z
    .union([z.number().positive(), z.literal('none')], { error: 'must be messages a second, or none' })
    .optional()
    .describe('messages a second at most; by default what the provider documents'),
  price: z.number().nonnegative().optional().describe('of a thousand messages, for max_spend'),
  script: z
    .union([z.strictObject({ smtp: scriptSpec.optional(), api: scriptSpec.optional() }), scriptSpec])
    .optional()
    .describe('what its local sinks answer: both alike, or smtp and api each its own'),
})
export type TargetSpec = z.infer<typeof targetSpec>

/** One way to one server; without a name it is the plan's own `smtp` or `api`. */
export interface WaySpec {
  readonly name: string | undefined
  readonly protocol: 'smtp' | 'http'
  /** `sink`, a URL, or the provider's own server. */
  readonly where: 'sink' | { readonly url: string } | 'provider'
  readonly spec: TargetSpec
}

/** Its provider; of the plan's own SMTP server, none is known. */
export const providerOf = ({ provider }: { readonly provider?: ProviderName | undefined }): Provider =>
  providers[provider ?? 'generic']

function whereOf(given: string | false | undefined, home: unknown): WaySpec['where'] | undefined {
  if (given === false) return undefined
  if (given === undefined) return home === undefined ? undefined : 'provider'
  return given === 'sink' ? given : { url: given }
}

function namedWays(spec: TargetSpec, index: number): WaySpec[] {
  const { origin, smtp: relay, name: title } = providerOf(spec)
  const name = spec.name ?? (spec.provider === undefined ? undefined : title)
  if (name === undefined) throw new UsageError(`targets[${index}]: give it a name, or a provider`)
  const ways = (
    [
      ['smtp', whereOf(spec.smtp, relay)],
      ['http', whereOf(spec.api, origin)],
    ] as const
  ).flatMap(([protocol, where]) => (where === undefined ? [] : [{ name, protocol, where, spec }]))
  if (ways.length === 0) throw new UsageError(`targets.${name}: names no server: give it smtp, api, or both`)
  return ways
}

function ownWays({ smtp, api, ...plan }: Plan): WaySpec[] {
  const { provider, api_key, from, to, live, price } = plan
  const shared: TargetSpec = { from, to, live, price }
  const isOpen = smtp === undefined && api === undefined
  const way = (protocol: WaySpec['protocol'], given: string | undefined, spec: TargetSpec): WaySpec[] => {
    const where = isOpen ? 'sink' : whereOf(given, undefined)
    return where === undefined ? [] : [{ name: undefined, protocol, where, spec }]
  }
  // The provider is that of the API; whose relay the other server is, its name tells.
  return [...way('smtp', smtp, shared), ...way('http', api, { ...shared, provider, api_key })]
}

function waysOfTargets(plan: Plan, targets: readonly TargetSpec[]): WaySpec[] {
  const own = (['smtp', 'api', 'provider', 'api_key'] as const).find(field => plan[field] !== undefined)
  if (own) throw new UsageError(`${own}: does not go with targets: let it be a field of one of them`)
  const ways = targets.map(namedWays)
  const names = ways.map(([way]) => way?.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined)
    throw new UsageError(`targets: two are called ${twice}: give one a name of its own`)
  return ways.flat()
}

/**
 * Every way that a plan's messages go, in its order: by each of its targets, or to the one server of each kind
 * that it names, or to local sinks. @throws UsageError
 */
export function waysIn(plan: Plan): WaySpec[] {
  const ways = plan.targets === undefined ? ownWays(plan) : waysOfTargets(plan, plan.targets)
  return plan.emulate === true ? ways.map(way => ({ ...way, where: 'sink' })) : ways
}

/** What the local sink of a way answers. */
export function scriptOf({ spec, protocol }: WaySpec): ScriptSpec | undefined {
  const { script } = spec
  if (script === undefined) return undefined
  if ('smtp' in script || 'api' in script) return (protocol === 'smtp' ? script.smtp : script.api) ?? {}
  return script as ScriptSpec
}

/** What tells one way of a plan from the others. */
export const wayKey = (protocol: 'smtp' | 'http', name: string | undefined) => `${name ?? ''}/${protocol}`
