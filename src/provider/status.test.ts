import { describe, expect, it } from 'vitest'
import { type Details, errorCode, readVerdict, readVerdictOfBody, sound, verdictOfStatus } from './status.ts'

const answer = (status: number, body: string, headers = {}) => ({ status, headers, body })

/** Of a dialect that says `{"error": "…"}`. */
function detailsOf(value: unknown): Details {
  const { error } = value as { error: string }
  return error === 'none' ? {} : { outcome: 'rejected', cause: 'policy', text: error }
}

describe('a status', () => {
  it.each([
    [200, 'accepted', undefined],
    [202, 'accepted', undefined],
    [301, 'rejected', 'protocol'],
    [401, 'rejected', 'auth'],
    [413, 'rejected', 'content'],
    [418, 'rejected', 'unknown'],
    [429, 'deferred', 'throttled'],
    [500, 'deferred', 'server'],
    [502, 'in_doubt', 'server'],
    [504, 'in_doubt', 'server'],
  ] as const)('of %i is %s', (status, outcome, cause) => {
    expect(verdictOfStatus(status, {})).toEqual({ outcome, code: status, ...(cause && { cause }) })
  })
})

describe('a refusal', () => {
  it('is what its body says', () => {
    expect(readVerdict(answer(422, '{"error":"no"}'), detailsOf)).toEqual({
      outcome: 'rejected',
      cause: 'policy',
      code: 422,
      text: 'no',
    })
  })

  it('whose words are no text keeps its body, whether status or body decides', () => {
    for (const error of [{ message: 'no' }, 5, ['no'], null, true]) {
      const body = JSON.stringify({ error })
      for (const status of [422, 200])
        expect(readVerdictOfBody(answer(status, body), detailsOf)).toMatchObject({
          cause: 'policy',
          text: body,
        })
    }
  })

  it('keeps a body that it cannot read as its words', () => {
    for (const body of ['', 'null', '<html>'])
      expect(readVerdict(answer(403, body), detailsOf)).toMatchObject({ cause: 'auth', text: body })
  })

  it('is not looked for in what was accepted, unless the body decides', () => {
    const hidden = answer(200, '{"error":"no"}')
    expect(readVerdict(hidden, detailsOf)).toEqual({ outcome: 'accepted', code: 200 })
    expect(readVerdictOfBody(hidden, detailsOf)).toEqual({
      outcome: 'rejected',
      cause: 'policy',
      code: 200,
      text: 'no',
    })
  })
})

describe('an answer whose body decides', () => {
  it('is taken when the body has nothing against it', () => {
    expect(readVerdictOfBody(answer(200, '{"error":"none"}'), detailsOf)).toEqual({
      outcome: 'accepted',
      code: 200,
    })
  })

  it('is in doubt when the body cannot be read', () => {
    for (const body of ['', 'null', '<html>'])
      expect(readVerdictOfBody(answer(200, body), detailsOf)).toMatchObject({
        outcome: 'in_doubt',
        cause: 'protocol',
        text: body,
      })
  })

  it('is read like any other when its status refuses', () => {
    expect(readVerdictOfBody(answer(503, 'busy'), detailsOf)).toEqual({
      outcome: 'deferred',
      cause: 'server',
      code: 503,
      text: 'busy',
    })
  })
})

it('keeps short words and numbers as codes, and nothing else', () => {
  expect(errorCode('MessageRejected')).toEqual({ enhancedCode: 'MessageRejected' })
  expect(errorCode(300)).toEqual({ enhancedCode: '300' })
  for (const value of ['', 'two words', 'x'.repeat(61), '\x1b[2J', undefined, null, {}])
    expect(errorCode(value)).toEqual({})
})

it('keeps of a reading what has the type that it should have', () => {
  const good = {
    outcome: 'rejected',
    cause: 'policy',
    text: 'no',
    recipientsRefused: 1,
    retryAfterNs: 3,
  } as const
  expect(sound(good)).toEqual(good)
  const causeOf: Record<string, Details['cause']> = { known: 'policy' }
  const { cause } = sound({ cause: causeOf['constructor'] } as Details)
  expect(cause).toBeUndefined()
  for (const value of [{}, null, '1', -1, 1.5, 1e300])
    expect(sound({ recipientsRefused: value, retryAfterNs: value } as Details)).toEqual({})
  expect(sound({ text: { nested: 'text' } } as unknown as Details)).toEqual({})
})
