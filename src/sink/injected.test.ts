import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { ByteWatch } from './fault/byte-watch.ts'
import type { FaultKind, Step } from './fault/fault.ts'
import type { FaultSpec } from './fault/fault-spec.ts'
import { createInjections } from './injected.ts'
import { compileScript, type ScriptSpec } from './script.ts'
import type { Exchange } from './sink.ts'

const random = createRandom('injected')

function open(spec: ScriptSpec) {
  const injections = createInjections()
  const script = injections.counted(compileScript(spec))
  const meet = (step: Step, protocol: Exchange['protocol'] = 'smtp') =>
    script({ protocol, step, atNs: 0 }, random)
  return { injections, script, meet }
}

const faultOf = (at: Step, kind: FaultKind): FaultSpec => ({
  at,
  do: kind,
  ...((kind === 'stall' || kind === 'drip') && { for: '1s' }),
})

describe('what sinks have injected', () => {
  it.each<[FaultKind, Step, string, string | null]>([
    ['refuse', 'connect', 'reset', 'reset'],
    ['reset', 'data', 'reset', 'reset'],
    ['end', 'data', 'end', 'reset'],
    ['half_close', 'data', 'half_close', 'reset'],
    ['silence', 'content', 'silence', 'timeout'],
    ['drip', 'content', 'drip', null],
    ['truncate', 'content', 'truncate', 'reset'],
    ['garbage', 'content', 'garbage', 'protocol'],
    ['endless', 'content', 'endless', 'protocol'],
    ['repeat', 'content', 'repeat', null],
    ['repeat', 'data', 'repeat', 'protocol'],
    ['unavailable', 'sender', 'unavailable', 'server'],
    ['reject', 'recipient', 'reject', 'recipient'],
    ['defer', 'auth', 'defer', 'auth'],
    ['throttle', 'content', 'throttle', 'throttled'],
    ['unacknowledged', 'content', 'unacknowledged', 'reset'],
    ['wrong_certificate', 'tls', 'wrong_certificate', 'tls'],
    ['bad_handshake', 'tls', 'bad_handshake', 'tls'],
  ])('%s at %s is called by its cause', (kind, step, fault, cause) => {
    const { injections, meet } = open({ faults: [faultOf(step, kind)] })
    meet(step)
    expect(injections.take()).toEqual([{ step, fault, cause, count: 1 }])
  })

  it('is no stall, which is a pause', () => {
    const { injections, meet } = open({ faults: [faultOf('data', 'stall')] })
    meet('data')
    expect(injections.take()).toEqual([])
  })

  it('has the cause of the end that an unacknowledged message meets', () => {
    const { injections, meet } = open({ faults: [{ at: 'content', do: 'unacknowledged', by: 'silence' }] })
    meet('content', 'http')
    expect(injections.take()).toMatchObject([{ fault: 'unacknowledged', cause: 'timeout' }])
  })

  it('has no cause where no submission is under way', () => {
    const { injections, meet } = open({ faults: [{ at: 'any', do: 'reset' }] })
    for (const step of ['quit', 'rset', 'noop'] as const) meet(step)
    expect(injections.take().map(({ cause }) => cause)).toEqual([null, null, null])
  })

  it('is counted where it happens, and told once', () => {
    const { injections, meet } = open({ faults: [{ at: 'any', do: 'reset', every: 3 }] })
    for (let i = 0; i < 4; i++) for (const step of ['sender', 'data', 'data', 'content'] as const) meet(step)
    const told = injections.take()
    expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(5)
    expect(told.find(({ step }) => step === 'data')?.count).toBe(3)
    expect(injections.take()).toEqual([])
  })

  it("is a refusal as well that a script's shares decide", () => {
    const { injections, meet } = open({ reject: '100%' })
    meet('content')
    meet('content', 'http')
    expect(injections.take()).toEqual([{ step: 'content', fault: 'reject', cause: 'policy', count: 2 }])
  })

  it('is counted of a byte when that byte has passed, and not before', () => {
    const { injections, meet } = open({ faults: [{ at: { bytes_in: 10 }, do: 'silence' }] })
    const watch = new ByteWatch(meet('connect').byteFaults ?? [], 'in')
    watch.pass(9)
    expect(injections.take()).toEqual([])
    watch.pass(1)
    expect(injections.take()).toEqual([{ step: 'bytes_in', fault: 'silence', cause: 'timeout', count: 1 }])
  })

  it('changes nothing of the script, and costs nothing where that is never asked', () => {
    const spec: ScriptSpec = { faults: [{ at: 'data', do: 'reset' }] }
    const { steps, hasFaults } = compileScript(spec)
    const counted = open(spec).script
    expect([counted.steps, counted.hasFaults]).toEqual([steps, hasFaults])
    const sound = compileScript({})
    expect(createInjections().counted(sound)).toBe(sound)
  })
})
