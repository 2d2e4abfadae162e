import { expect, it } from 'vitest'
import { phases } from '../phase.ts'
import { templateOf } from './contract.ts'
import { nullTransport } from './null.ts'

it.each(['smtp', 'http'] as const)(
  'the null transport takes everything as %s, and does nothing',
  async protocol => {
    await using transport = nullTransport(protocol)
    const template = await templateOf('password-reset', 3)
    for (const index of [0, 1]) {
      const reply = await transport.submit(template.message(index))
      expect(reply).toMatchObject({ outcome: 'accepted', recipientsRefused: 0, connectionId: 0 })
      expect(phases.filter(phase => reply.phases.get(phase) !== undefined)).toEqual([])
    }
    expect([transport.protocol, transport.connectionsOpened]).toEqual([protocol, 0])
  },
)
