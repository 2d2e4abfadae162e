import { describe, expect, it } from 'vitest'
import { NS_PER_MS, NS_PER_S } from '../clock.ts'
import { createRandom } from '../random.ts'
import type { Step } from './fault/fault.ts'
import { compileScript, type ScriptSpec, scriptSpec } from './script.ts'
import type { Answer } from './sink.ts'

const MESSAGES = 20_000

/** The answers to messages that arrive `gapNs` apart. */
function answers(spec: ScriptSpec, protocol: 'smtp' | 'http', gapNs = NS_PER_S, count = MESSAGES): Answer[] {
  const script = compileScript(spec)
  const random = createRandom('script')
  return Array.from({ length: count }, (_, i) =>
    script({ protocol, step: 'content', atNs: i * gapNs }, random),
  )
}

function thinkMs(spec: ScriptSpec): number[] {
  return answers(spec, 'smtp')
    .map(({ thinkNs }) => thinkNs / NS_PER_MS)
    .sort((a, b) => a - b)
}

const at = (sorted: number[], share: number) => sorted[Math.floor(share * sorted.length)] as number
const shareOf = (found: Answer[], outcome: string) =>
  found.filter(({ verdict }) => verdict.outcome === outcome).length / found.length

describe('think time', () => {
  it('is none unless asked for', () => {
    expect(answers({}, 'smtp', 0, 1)).toEqual([{ thinkNs: 0, verdict: { outcome: 'accepted' } }])
  })

  it('is constant, written short or in full', () => {
    for (const think of ['5ms', { constant: '5ms' }])
      expect(new Set(thinkMs({ think }))).toEqual(new Set([5]))
  })

  // The standard error of a quantile is sqrt(p(1 − p) / n) / f(q): the tolerances are at least four of it.
  it('is exponential with the mean that was asked for', () => {
    const sorted = thinkMs({ think: { exponential: '5ms' } })
    const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
    expect(Math.abs(mean / 5 - 1)).toBeLessThan(4 / Math.sqrt(MESSAGES))
    expect(Math.abs(at(sorted, 0.5) / (5 * Math.LN2) - 1)).toBeLessThan(0.05)
  })

  it('is lognormal with the median and the p99 that were asked for', () => {
    const sorted = thinkMs({ think: { lognormal: { median: '5ms', p99: '40ms' } } })
    expect(Math.abs(at(sorted, 0.5) / 5 - 1)).toBeLessThan(0.04)
    expect(Math.abs(at(sorted, 0.99) / 40 - 1)).toBeLessThan(0.1)
  })

  it('is applied once a message: not at the steps before its content', () => {
    const script = compileScript({ think: '5ms', reject: '100%' })
    for (const step of ['greeting', 'auth', 'sender', 'recipient'] as const) {
      expect(script({ protocol: 'smtp', step, atNs: 0 }, createRandom(1))).toEqual({
        thinkNs: 0,
        verdict: { outcome: 'accepted' },
      })
    }
  })
})

describe('refusals', () => {
  it('come as often as asked for', () => {
    const found = answers({ reject: '10%', defer: 0.2 }, 'smtp')
    expect(Math.abs(shareOf(found, 'rejected') - 0.1)).toBeLessThan(0.01)
    expect(Math.abs(shareOf(found, 'deferred') - 0.2)).toBeLessThan(0.012)
  })

  it('hit the same messages, with the same think time, over both protocols', () => {
    const spec: ScriptSpec = { reject: '10%', defer: '20%', think: { exponential: '5ms' } }
    const shape = (found: Answer[]) =>
      found.map(({ thinkNs, verdict }) => `${thinkNs} ${verdict.outcome} ${verdict.cause}`)
    expect(shape(answers(spec, 'smtp'))).toEqual(shape(answers(spec, 'http')))
  })

  it('are worded as each protocol words them', () => {
    const codes = (spec: ScriptSpec, protocol: 'smtp' | 'http') => {
      const { code, enhancedCode, cause } = answers(spec, protocol, 0, 100).at(-1)?.verdict ?? {}
      return [code, enhancedCode, cause]
    }
    expect(codes({ reject: 1 }, 'smtp')).toEqual([550, '5.7.1', 'policy'])
    expect(codes({ reject: 1 }, 'http')).toEqual([422, undefined, 'policy'])
    expect(codes({ defer: 1 }, 'smtp')).toEqual([451, '4.3.0', 'server'])
    expect(codes({ defer: 1 }, 'http')).toEqual([503, undefined, 'server'])
    expect(codes({ throttle: '1/s' }, 'smtp')).toEqual([451, '4.7.1', 'throttled'])
    expect(codes({ throttle: '1/s' }, 'http')).toEqual([429, undefined, 'throttled'])
    const closing: ScriptSpec = { throttle: { rate: '1/s', reply: 421 } }
    expect(codes(closing, 'smtp')).toEqual([421, '4.7.1', 'throttled'])
    expect(codes(closing, 'http')).toEqual([429, undefined, 'throttled'])
  })
})

describe('a throttle', () => {
  it('lets everything pass that comes at its rate', () => {
    expect(shareOf(answers({ throttle: '100/s' }, 'smtp', 10 * NS_PER_MS), 'accepted')).toBe(1)
  })

  it('lets half pass of what comes at twice its rate, after a burst of a tenth of a second', () => {
    const found = answers({ throttle: '100/s' }, 'smtp', 5 * NS_PER_MS, 2000)
    const accepted = found.filter(({ verdict }) => verdict.outcome === 'accepted').length
    expect(accepted).toBeGreaterThanOrEqual(1000)
    expect(accepted).toBeLessThanOrEqual(1010)
  })

  it('says when the next message will pass, and keeps its word', () => {
    const script = compileScript({ throttle: '1/s' })
    const random = createRandom(1)
    const ask = (atNs: number) => script({ protocol: 'http', step: 'content', atNs }, random).verdict
    expect(ask(0).outcome).toBe('accepted')
    const { retryAfterNs = Number.NaN } = ask(0.25 * NS_PER_S)
    expect(retryAfterNs).toBe(0.75 * NS_PER_S)
    expect(ask(NS_PER_S - 1).outcome).toBe('deferred')
    expect(ask(NS_PER_S).outcome).toBe('accepted')
  })
})

describe('faults', () => {
  const spec: ScriptSpec = { think: { exponential: '5ms' }, reject: '10%' }
  const faulty: ScriptSpec = { ...spec, faults: [{ at: 'content', do: 'reset', share: '5%' }] }

  it('come beside verdict and think time, which they do not shift', () => {
    const found = answers(faulty, 'smtp')
    expect(Math.abs(found.filter(({ fault }) => fault).length / found.length - 0.05)).toBeLessThan(0.008)
    const one = (plan: ScriptSpec, index: number) =>
      compileScript(plan)({ protocol: 'smtp', step: 'content', atNs: 0 }, createRandom(index))
    for (let index = 0; index < 100; index++) {
      const { thinkNs, verdict } = one(faulty, index)
      expect({ thinkNs, verdict }).toEqual(one(spec, index))
    }
  })

  it('that stall are think time, at their own steps as well', () => {
    const script = compileScript({
      think: '5ms',
      faults: [{ at: ['data', 'content'], do: 'stall', for: '2s' }],
    })
    const ask = (step: Step) =>
      script({ protocol: 'smtp', step, atNs: 0 }, createRandom(1)).thinkNs / NS_PER_MS
    expect((['sender', 'data', 'content'] as const).map(ask)).toEqual([0, 2000, 2005])
  })

  it('make a script say where it has to be asked', () => {
    const stepsOf = (plan: ScriptSpec) => [...(compileScript(plan).steps ?? [])]
    expect(stepsOf({})).toEqual([])
    expect(stepsOf({ defer: '1%' })).toEqual(['content'])
    expect(stepsOf({ faults: [{ at: { bytes_in: 10 }, do: 'end' }] })).toEqual(['connect'])
    expect(stepsOf({ think: '1ms', faults: [{ at: 'data', do: 'end' }] })).toEqual(['data', 'content'])
    expect([compileScript({ think: '1ms' }).hasFaults, compileScript(faulty).hasFaults]).toEqual([
      false,
      true,
    ])
  })
})

describe('the script file', () => {
  it.each([
    [{ think: 'soon' }, /no duration/],
    [{ think: { lognormal: { median: '5ms', p99: '1ms' } } }, /at least the median/],
    [{ think: { lognormal: { median: '0ms', p99: '1ms' } } }, /more than 0ms/],
    [{ reject: '101%' }, /no share/],
    [{ reject: 1.5 }, /must be a share/],
    [{ reject: '60%', defer: '60%' }, /not add up/],
    [{ throttle: 'fast' }, /no rate/],
    [{ throttle: { rate: '5/s', reply: 250 } }, /must be one of 421/],
    [{ faults: [{ at: 'data', do: 'drip' }] }, /drip needs a time/],
    [{ rejct: '1%' }, /rejct/],
  ])('refuses %j', (spec, words) => {
    expect(scriptSpec.safeParse(spec).error?.message).toMatch(words)
  })

  it('stays as it was written, so that a stored plan reads the same', () => {
    const spec = { think: { lognormal: { median: '5ms', p99: '40ms' } }, reject: '1%', throttle: '100/s' }
    expect(scriptSpec.parse(spec)).toEqual(spec)
  })
})
