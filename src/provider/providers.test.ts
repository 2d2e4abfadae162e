import { describe, expect, it } from 'vitest'
import { testProvider } from './contract.ts'
import type { Provider } from './provider.ts'
import { providers } from './providers.ts'

for (const provider of Object.values(providers)) testProvider(provider)

describe('the list of providers', () => {
  it('calls each by its own name', () => {
    const list: Record<string, Provider> = providers
    for (const [name, provider] of Object.entries(list)) expect(provider.name).toBe(name)
  })
})
