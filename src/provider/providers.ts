import * as dialects from './dialects.ts'
import type { Provider } from './provider.ts'

/** Every dialect that is spoken, by its name. */
export const providers = { ...dialects } as const satisfies Record<string, Provider>

export type ProviderName = keyof typeof providers
export const providerNames = Object.keys(providers) as ProviderName[]
