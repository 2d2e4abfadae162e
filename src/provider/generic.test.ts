import { describe, expect, it } from 'vitest'
import { testProvider } from './contract.ts'
import { generic } from './generic.ts'

testProvider(generic)

describe('the generic dialect, in particular', () => {
  const request = (body: unknown) => ({
    method: 'POST' as const,
    path: '/send',
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
  })

  it('says whether the sender or the recipients are at fault', () => {
    const from = { address: 'a@example.net' }
    expect(generic.receive(request({ to: [from] }), undefined)).toMatchObject({
      verdict: { cause: 'sender', code: 422 },
    })
    expect(generic.receive(request({ from, to: [] }), undefined)).toMatchObject({
      verdict: { cause: 'recipient', code: 422 },
    })
  })

  it('takes a message without an identity from any other client', () => {
    const from = { address: 'a@example.net' }
    expect(generic.receive(request({ from, to: [from] }), undefined)).toEqual({
      kind: 'message',
      ids: [],
      recipients: ['a@example.net'],
    })
  })
})
