import { describe, expect, it } from 'vitest'
import { compileLink, type LinkSpec, linkFault, linkLabel, linkRttNs, linkSpec } from './link.ts'
import { pass } from './parcels.fixture.ts'

/** What is wrong with a specification: where, and in which words. */
function complaint(spec: unknown): string {
  const { error } = linkSpec.safeParse(spec)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}

describe('the specification of a link', () => {
  it.each<[LinkSpec, string]>([
    [{}, ''],
    [{ rtt: '0ms' }, 'rtt 0ms'],
    [{ rtt: '20 ms' }, 'rtt 20ms'],
    [{ rtt: '0.1s', jitter: '2000us', bandwidth: '10 Mbit' }, 'rtt 100ms jitter 2ms 10mbit'],
    [{ jitter: { exponential: '1ms' } }, 'jitter exponential 1ms'],
    [{ jitter: { lognormal: { median: '1ms', p99: '20ms' } } }, 'jitter lognormal 1ms p99 20ms'],
    [{ bandwidth: { up: '1mbit' } }, '1mbit up'],
    [{ bandwidth: { up: '1mbit', down: '1gbit' } }, '1mbit up 1gbit down'],
    [{ stall: { for: '200ms', at: '1s' } }, 'stall 200ms at 1s'],
    [{ stall: { for: '200ms', at: '1s', every: '5s' } }, 'stall 200ms at 1s every 5s'],
    [
      { stall: { for: '1s', after: '10 KB', every: '1mb', direction: 'down' } },
      'stall 1s after 10kb down every 1mb',
    ],
    [{ reset: { after: '512b', direction: 'up' } }, 'reset after 512b up'],
    [{ rtt: '5ms', blackhole: { at: '0ms' } }, 'rtt 5ms black hole at 0ms'],
  ])('is taken, and put in words: %o', (spec, label) => {
    expect(complaint(spec)).toBe('')
    expect(linkLabel(spec)).toBe(label)
    expect(linkFault(spec)).toBe(label.replace(/^rtt \S+ ?/, ''))
    expect(() => compileLink(spec)).not.toThrow()
  })

  it.each<[unknown, RegExp]>([
    [{ rtt: 'near' }, /^rtt: "near" is no duration/],
    [{ rtt: 20 }, /^rtt: /],
    [{ latency: '20ms' }, /latency/],
    [{ bandwidth: '10mb' }, /^bandwidth: "10mb" is no bandwidth: write a number and kbit, mbit or gbit/],
    [{ bandwidth: '0mbit' }, /no bandwidth/],
    [{ jitter: { constant: '1ms' } }, /^jitter: /],
    [{ jitter: { lognormal: { median: '5ms', p99: '1ms' } } }, /at least the median/],
    [{ stall: { at: '1s' } }, /^stall.for: /],
    [{ stall: { for: '0ms', at: '1s' } }, /longer than 0/],
    [{ stall: { for: '1s' } }, /^stall: say where it begins: with at, an instant, or with after/],
    [{ stall: { for: '1s', at: '1s', after: '1kb' } }, /^stall: say where it begins/],
    [{ stall: { for: '1s', at: '1s', every: '1s' } }, /^stall.every: must be longer than the stall/],
    [{ stall: { for: '1s', at: '1s', every: '10kb' } }, /^stall.every: "10kb" is no duration/],
    [{ stall: { for: '1s', after: '1kb', every: '5s' } }, /^stall.every: "5s" is no size/],
    [{ stall: { for: '1s', after: '1kb', every: '0b' } }, /^stall.every: must be at least one byte/],
    [{ reset: {} }, /^reset: say where it begins/],
    [{ reset: { after: '1kb', direction: 'left' } }, /^reset.direction: /],
    [{ blackhole: { at: '1 fortnight' } }, /^blackhole.at: .*no duration/],
  ])('is refused with its reason: %o', (spec, expected) => {
    expect(complaint(spec)).toMatch(expected)
  })

  it('tells its round-trip time', () => {
    expect([linkRttNs({}), linkRttNs({ rtt: '20ms' })]).toEqual([0, 20e6])
  })

  it.each([
    ['500kbit', 16],
    ['8mbit', 1],
    ['0.008gbit', 1],
  ])('understands a bandwidth of %s', (bandwidth, byteUs) => {
    const { impairment } = compileLink({ bandwidth })
    expect(pass(impairment, [[0, 'x'.repeat(1000)]]).map(([atMs]) => atMs)).toEqual([byteUs])
  })

  it('lets as much be under way as bandwidth and delay need, and bounds it', () => {
    const window = (spec: LinkSpec) => compileLink(spec).windowBytes
    const productBytes = (100e6 / 8) * 0.05
    const { up, down } = window({ rtt: '100ms', bandwidth: { up: '100mbit' } })
    expect(up).toBeGreaterThan(productBytes)
    expect(up).toBeLessThan(2 * productBytes)
    // Without a limit to its bandwidth.
    expect(down).toBeGreaterThan(32 * 1024 * 1024)
    expect(window({ rtt: '1h' }).down).toBe(64 * 1024 * 1024)
    expect(window({ rtt: '100ms', jitter: '100ms', bandwidth: '100mbit' }).up).toBeGreaterThan(
      3 * productBytes,
    )
  })

  it('makes every link anew: two of one specification share nothing', () => {
    const spec: LinkSpec = { bandwidth: '8mbit' }
    const first = [compileLink(spec), compileLink(spec)].map(({ impairment }) =>
      pass(impairment, [[0, 'x'.repeat(1000)]]),
    )
    expect(first[0]).toEqual(first[1])
  })
})
