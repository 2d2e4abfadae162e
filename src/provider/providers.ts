import * as dialects from './dialects.ts'
import type { Provider } from './provider.ts'

const { generic, ...others } = dialects
/** Every dialect that is spoken, by its name; first the one that is nobody's, which is spoken where none is named. */
export const providers = { generic, ...others } as const satisfies Record<string, Provider>

export type ProviderName = keyof typeof providers
export const providerNames = Object.keys(providers) as ProviderName[]
