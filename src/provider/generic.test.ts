import { describe, expect, it } from 'vitest'
import { ask } from './contract-mail.ts'
import { generic } from './generic.ts'

describe('the generic dialect, in particular', () => {
  const receive = (body: unknown) =>
    ask(generic, {
      method: 'POST',
      path: '/send?trace=1',
      headers: {},
      body: Buffer.from(JSON.stringify(body)),
    }).received

  it('says whether the sender or the recipients are at fault', () => {
    const from = { address: 'a@example.net' }
    expect(receive({ to: [from] })).toMatchObject({ verdict: { cause: 'sender', code: 422 } })
    expect(receive({ from, to: [] })).toMatchObject({ verdict: { cause: 'recipient', code: 422 } })
  })

  it('takes a message without an identity from any other client', () => {
    const from = { address: 'a@example.net' }
    expect(receive({ from, to: [from] })).toMatchObject({
      kind: 'taken',
      messages: [{ id: undefined, recipients: ['a@example.net'] }],
    })
  })

  it.each([
    ['a number as the code', '{"error":{"code":401,"message":"no"}}', 'no'],
    ['an object as the message', '{"error":{"message":{"en":"no"}}}', '{"error":{"message":{"en":"no"}}}'],
    ['a cause of its own', '{"error":{"cause":"bad-mood","message":"no"}}', 'no'],
    ['no JSON at all', '<h1>Unauthorized</h1>', '<h1>Unauthorized</h1>'],
    ['a code that is no code', '{"error":{"code":"Bearer sk-1 2","message":"no"}}', 'no'],
    ['null', 'null', 'null'],
  ])("reads another server's refusal, with %s", (_what, body, text) => {
    expect(generic.verdict({ status: 401, headers: {}, body })).toEqual({
      outcome: 'rejected',
      code: 401,
      cause: 'auth',
      text,
    })
  })
})
