import { describe, expect, it, test } from 'vitest'
import { planSchema } from '../trial/plan.ts'
import { commanderOption, fieldsOf, flagOf, helpOf, runOptions } from './run-options.ts'

describe('the flags of run', () => {
  it.each(runOptions.map(option => [option.flag, option] as const))(
    '--%s is a field of a plan, with words of help',
    (_flag, option) => {
      expect(Object.keys(planSchema.shape)).toContain(option.field)
      expect(planSchema.shape[option.field].description?.length).toBeGreaterThan(0)
      expect(flagOf(option.field)).toBe(`--${option.flag}`)
      expect(commanderOption(option).long).toBe(`--${option.flag}`)
    },
  )

  it('are each declared once, as is what they set', () => {
    expect(new Set(runOptions.map(({ flag }) => flag)).size).toBe(runOptions.length)
    expect(new Set(runOptions.map(({ field }) => field)).size).toBe(runOptions.length)
  })

  it('take a value, unless they are switches', () => {
    for (const option of runOptions) {
      expect(commanderOption(option).required).toBe(option.kind !== 'switch')
      expect(option.value === undefined).toBe(option.kind === 'switch')
    }
  })

  it('say what holds without them, and that they take lists', () => {
    const helpFor = (flag: string) => runOptions.filter(option => option.flag === flag).map(helpOf)
    expect(helpFor('timeout')).toEqual([expect.stringMatching(/\(default: 10s\)$/)])
    expect(helpFor('users')).toEqual([expect.stringMatching(/\(comma list\) \(default: 1\)$/)])
    expect(helpFor('smtp')).toEqual([expect.not.stringContaining('default')])
  })
})

test('a field without a flag has none', () => {
  expect(flagOf('description')).toBeUndefined()
})

test.each([
  [{}, {}],
  [{ users: '5' }, { users: [5] }],
  [{ users: '1,10' }, { users: [1, 10] }],
  [{ users: '1,x' }, { users: [1, 'x'] }],
  [{ users: '' }, { users: [''] }],
  [{ client: 'undici, nodemailer' }, { client: ['undici', 'nodemailer'] }],
  [{ httpVersion: '1.1,2' }, { http_version: ['1.1', '2'] }],
  [{ messages: '40' }, { messages: 40 }],
  [{ messages: '4o' }, { messages: '4o' }],
  [{ messages: 'Infinity' }, { messages: 'Infinity' }],
  [{ warmup: '10' }, { warmup: 10 }],
  [{ warmup: '2s' }, { warmup: '2s' }],
  [{ seed: '007' }, { seed: '007' }],
  [{ apiKey: '123' }, { api_key: '123' }],
  [{ yes: true }, { confirm: true }],
  [{ tlsInsecure: true }, { tls_insecure: true }],
  [{ json: true, quiet: true }, {}],
] as const)('%j sets %j', (flags, fields) => {
  expect(fieldsOf(flags)).toEqual(fields)
})
