import { beforeAll, describe, it } from 'vitest'
import { expectNothingLeft } from '../../transport/contract.ts'
import { clients, type Protocol } from './cells.fixture.ts'
import { type Material, makeMaterial } from './play.fixture.ts'
import { atSink, expectBalanced, expectMonotone, onTheWay, sweep } from './sweep.fixture.ts'

let material: Material
beforeAll(async () => {
  material = await makeMaterial({ sizeBytes: 1 })
})

const cases = (Object.keys(clients) as Protocol[]).flatMap(protocol =>
  clients[protocol].map(
    client => ({ protocol, client, tls: protocol === 'smtp' ? 'starttls' : 'implicit' }) as const,
  ),
)

describe.each(cases)('a session of $protocol $client', ({ protocol, client, tls }) => {
  it.each([
    ['in', 'end'],
    ['out', 'end'],
    ['in', 'reset'],
    ['out', 'reset'],
  ] as const)(
    'whose bytes %s %s after each of them has one outcome, and the ledger balances',
    (direction, kind) =>
      expectNothingLeft(async () => {
        const cutter = atSink(direction, kind)
        const results = await sweep({ protocol, client, tls: 'none', cutter, stride: 1 }, material)
        expectBalanced(results)
        if (kind === 'end') expectMonotone(results)
      }),
  )

  it.each(['up', 'down'] as const)(
    'under TLS that is reset on its way %s has one outcome, and the ledger balances',
    direction =>
      expectNothingLeft(async () => {
        expectBalanced(
          await sweep({ protocol, client, tls, cutter: onTheWay(direction), stride: 23 }, material),
        )
      }),
  )
})
