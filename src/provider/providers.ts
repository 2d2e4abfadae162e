import { generic } from './generic.ts'
import type { Provider } from './provider.ts'

/** Every dialect that is spoken; a new one is one file and one line here. */
export const providers = { generic } as const satisfies Record<string, Provider>

export type ProviderName = keyof typeof providers
export const providerNames = Object.keys(providers) as ProviderName[]
