import { describe, expect, it } from 'vitest'
import { UsageError } from '../../errors.ts'
import type { FaultSpec } from './fault-spec.ts'
import { checkFaults, type FaultGround } from './fault-support.ts'

const smtp: FaultGround = { protocol: 'smtp', hasTls: false }
const smtps: FaultGround = { protocol: 'smtp', hasTls: true }
const http: FaultGround = { protocol: 'http', hasTls: false }
const limited: FaultGround = {
  ...smtp,
  limits: { steps: ['greeting', 'content'], kinds: ['reset'], words: 'that one', remedy: 'use the other' },
}

function complaint(spec: FaultSpec, ...grounds: FaultGround[]): string {
  try {
    checkFaults([spec], grounds)
    return 'none'
  } catch (error) {
    return error instanceof UsageError ? error.message.replace('faults[0]', '') : String(error)
  }
}

describe('a fault that no listener can have', () => {
  it.each([
    [{ at: 'content', do: 'reset' }, [http], 'none'],
    [{ at: ['data', 'content'], do: 'reset' }, [http], 'none'],
    [{ at: { bytes_in: 1 }, do: 'reset' }, [smtp, http], 'none'],
    [{ at: 'data', do: 'reset' }, [http], '.at: no listener here comes to data: it takes SMTP'],
    [{ at: 'head', do: 'reset' }, [smtp, smtps], '.at: no listener here comes to head: it takes HTTP'],
    [
      { at: 'tls', do: 'reset' },
      [smtp, http],
      '.at: no listener here comes to tls: it takes SMTP or HTTP with TLS',
    ],
    [{ at: 'tls', do: 'reset' }, [smtps, http], 'none'],
    [
      { at: 'link', do: 'refuse' },
      [smtp],
      '.at: it is of an emulated network, which plans have and sinks have not: take it out',
    ],
  ] as const)('is the mistake of who wrote %j', (spec, grounds, expected) => {
    expect(complaint(spec as FaultSpec, ...grounds)).toBe(expected)
  })

  it.each([
    [{ at: 'content', do: 'reset' }, 'none'],
    // Steps of another protocol are another listener's.
    [{ at: ['head', 'content'], do: 'reset' }, 'none'],
    [
      { at: 'data', do: 'reset' },
      '.at: that one has no fault at data, only at greeting, content: use the other',
    ],
    [{ at: 'greeting', do: 'garbage' }, '.do: that one has no garbage, only reset: use the other'],
    [{ at: { bytes_out: 5 }, do: 'reset' }, '.at: that one counts no bytes: use the other'],
  ] as const)('is named when an engine cannot: %j', (spec, expected) => {
    expect(complaint(spec as FaultSpec, limited, http)).toBe(expected)
  })
})
