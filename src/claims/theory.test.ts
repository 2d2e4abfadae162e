import { describe, expect, it } from 'vitest'
import { exampleTrialRow } from '../run-store/rows.fixture.ts'
import { roundTripsInTheory } from './theory.ts'

const smtp = (tls: string, auth: string | null, mode: string | null, recipients = 1) =>
  roundTripsInTheory({ ...exampleTrialRow, transport: 'smtp', tls, auth, mode, recipients })
const http = (tls: string) => roundTripsInTheory({ ...exampleTrialRow, transport: 'http', tls })

describe('round trips in theory', () => {
  // docs/measurement.md, "Round trips": from SYN to the final reply.
  it.each([
    ['lockstep', 11, 9, 7, 4],
    ['pipelined', 9, 7, 5, 2],
    ['chunked', 8, 6, 4, 1],
  ])('of SMTP %s are those of the table', (mode, starttls, implicit, clear, warm) => {
    const [upgraded, encrypted, plain] = [
      smtp('starttls', 'password', mode),
      smtp('implicit', 'password', mode),
      smtp('none', null, mode),
    ]
    for (const [trips, total] of [
      [upgraded, starttls],
      [encrypted, implicit],
      [plain, clear],
    ] as const)
      expect(trips).toEqual({ setup: total - warm, message: warm })
  })

  it('of an API are 3, in clear text 2, and 1 on a kept connection', () => {
    expect(http('implicit')).toEqual({ setup: 2, message: 1 })
    expect(http('none')).toEqual({ setup: 1, message: 1 })
  })

  it('grow by one with each recipient only where each command waits', () => {
    expect(smtp('none', null, 'lockstep', 5)?.message).toBe(8)
    expect(smtp('none', null, null, 5)?.message).toBe(2)
  })

  it('are unknown of a batch, and of the transport that does nothing', () => {
    expect(roundTripsInTheory({ ...exampleTrialRow, batch_size: 10 })).toBeUndefined()
    expect(roundTripsInTheory({ ...exampleTrialRow, client: 'null' })).toBeUndefined()
  })
})
