import { acme } from './acme.fixture.ts'
import { testProvider } from './contract.ts'

// The example of docs/providers.md is held to the same laws as everything else.
testProvider(acme)
