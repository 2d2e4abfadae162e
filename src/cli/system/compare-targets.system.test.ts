import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Comparison } from '../../report/comparison.ts'
import type { LabelRow } from '../../run-store/schema.ts'
import type { Plan } from '../../trial/plan.ts'
import { runCli, temporaryFolder } from '../cli.fixture.ts'

/**
 * Three providers with latencies and limits of their own. The last takes SMTP in 220 ms and its API in 280 ms: SMTP
 * waits for two round trips and HTTP for one, so that they change places at 60 ms.
 */
const limits = { fast: 30, mid: 50, slow: 70 } as const
const plan = {
  name: 'three',
  emulate: true,
  skip_anatomy: true,
  // After a 421 there is a connection to be made: without TLS a slow machine keeps up.
  tls: 'none',
  targets: [
    {
      name: 'fast',
      provider: 'sendgrid',
      script: { think: '60ms', throttle: { rate: `${limits.fast}/s`, reply: 421 } },
    },
    {
      name: 'mid',
      provider: 'postmark',
      script: { think: '140ms', throttle: { rate: `${limits.mid}/s`, reply: 421 } },
    },
    {
      name: 'slow',
      provider: 'ses',
      script: {
        smtp: { think: '220ms', throttle: { rate: `${limits.slow}/s`, reply: 421 } },
        api: { think: '280ms', throttle: { rate: `${limits.slow}/s`, reply: 421 } },
      },
    },
  ],
  conditions: [
    { connection: 'reuse', think: '20ms', rtt: ['0ms', '120ms'], messages: 6, warmup: 1, repeat: 1 },
    { ramp: { from: 20, to: 180, over: '10s', until: 'throttled' }, connections: 60, warmup: 5, repeat: 1 },
  ],
} satisfies Plan

describe('three emulated providers, by SMTP and API', () => {
  let printed: { labels: readonly LabelRow[]; comparison: Comparison }
  let status: number | null

  beforeAll(async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'three.json')
    await writeFile(file, JSON.stringify(plan))
    const result = await runCli(['run', file, '--json', '--quiet', '--seed', '1', '--out', folder.path])
    status = result.status
    printed = JSON.parse(result.stdout)
  }, 180_000)

  it('are ranked as their latencies are, near and far', () => {
    const order = printed.comparison.rankings.map(({ condition, ranked }) => ({
      rttMs: condition.link_rtt_ms,
      ways: ranked.map(({ row }) => `${row.target} ${row.transport}`),
    }))
    const near = order.find(({ rttMs }) => rttMs === 0)?.ways ?? []
    const far = order.find(({ rttMs }) => rttMs === 120)?.ways ?? []
    const among = (ways: readonly string[], transport: string) => ways.filter(way => way.endsWith(transport))
    for (const transport of ['smtp', 'http']) {
      const ranked = ['fast', 'mid', 'slow'].map(name => `sink:${name} ${transport}`)
      expect(among(near, transport)).toEqual(ranked)
      expect(among(far, transport)).toEqual(ranked)
    }
    const ofSlow = (ways: readonly string[]) => ways.filter(way => way.startsWith('sink:slow'))
    expect(ofSlow(near)).toEqual(['sink:slow smtp', 'sink:slow http'])
    expect(ofSlow(far)).toEqual(['sink:slow http', 'sink:slow smtp'])
  })

  it('have limits that a ramp finds, by either way alike, and goes little beyond', () => {
    const found = printed.comparison.limits
    expect(found).toHaveLength(6)
    for (const { label, perS, codes, offeredPerS } of found) {
      const name = label.split(' ')[0] as keyof typeof limits
      // Exact but for what a throttle lets pass at once, a tenth of a second's, and for a machine that stalls.
      expect(Math.abs((perS ?? 0) / limits[name] - 1), `${label}: ${perS}`).toBeLessThan(0.2)
      expect(codes.join()).toMatch(label.includes('smtp') ? /^421 4\.7\.1$/ : /^429/)
      expect(offeredPerS, label).toBeLessThan(180)
    }
  })

  it('change places where theory says, and with the rate that is needed', () => {
    const { crossovers, byRate } = printed.comparison
    const slow = crossovers.find(({ target }) => target === 'slow')
    expect(slow).toMatchObject({ near: 'smtp', extrapolated: false })
    expect(slow?.rttMs).toBeGreaterThan(35)
    expect(slow?.rttMs).toBeLessThan(85)
    for (const target of ['fast', 'mid']) {
      // Both ways think alike: the one with fewer round trips is never slower far away.
      expect(crossovers.find(crossover => crossover.target === target)?.rttMs ?? 0).toBeLessThan(25)
    }
    const steps = byRate.map(({ row }) => row.target)
    expect([...new Set(steps)]).toEqual(['sink:fast', 'sink:mid', 'sink:slow'])
  })

  it('end well, and are told apart in every row', () => {
    // A trial may be invalid on a machine that stalls; its label has others.
    expect([0, 3]).toContain(status)
    for (const { target, provider, transport } of printed.labels)
      expect(`${target} ${provider} ${transport}`).toMatch(
        /^sink:(?:fast sendgrid|mid postmark|slow ses) (?:smtp|http)$/,
      )
  })
})
