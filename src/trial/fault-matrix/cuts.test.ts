import { beforeAll, describe, expect, it } from 'vitest'
import { expectNothingLeft } from '../../transport/contract.ts'
import { clients, type Protocol } from './cells.fixture.ts'
import { type Material, makeMaterial } from './play.fixture.ts'
import { atSink, expectBalanced, expectMonotone, sweep } from './sweep.fixture.ts'

/** Each byte is for the system tests; the wire clients' own tests cut after each. */
const STRIDE = 5

let material: Material
beforeAll(async () => {
  material = await makeMaterial({ sizeBytes: 1 })
})

const cases = (Object.keys(clients) as Protocol[]).flatMap(protocol =>
  clients[protocol].map(client => ({ protocol, client })),
)

describe.each(cases)('a session of $protocol $client', ({ protocol, client }) => {
  it.each(['in', 'out'] as const)(
    'that ends after any byte %s has one outcome, and the ledger balances',
    direction =>
      expectNothingLeft(async () => {
        const cutter = atSink(direction, 'end')
        const results = await sweep({ protocol, client, tls: 'none', cutter, stride: STRIDE }, material)
        expectBalanced(results)
        expectMonotone(results)
        expect(new Set(results.map(({ outcome }) => outcome)).size).toBeGreaterThan(1)
      }),
  )
})
