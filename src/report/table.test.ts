import { describe, expect, it, test } from 'vitest'
import { exampleLabelRow } from './label-row.fixture.ts'
import { renderTable } from './table.ts'

const rows = [
  exampleLabelRow(),
  exampleLabelRow({
    label: 'http undici h2 fresh 10u 1048576b 50rcpt tls-none no-auth',
    attempted: 1_234_567,
    failure_rate: 0.0004,
    throughput_per_s: 12_345.6,
    latency_p50_ms: 123.45,
    latency_p50_ms_low: 99.94,
    latency_p50_ms_high: 1234.5,
    latency_p90_ms: 999.4,
    latency_p99_ms: 2500,
    client_cpu_us_per_message: 42,
  }),
  exampleLabelRow({
    label: 'smtp nodemailer fresh 1u',
    attempted: 20,
    failure_rate: 1,
    throughput_per_s: 0,
    latency_p50_ms: null,
    latency_p50_ms_low: null,
    latency_p50_ms_high: null,
    latency_p90_ms: null,
    latency_p99_ms: null,
    client_cpu_us_per_message: null,
    valid: false,
    invalid_because: 'balance',
  }),
]

const widthOf = (table: string) => Math.max(...table.split('\n').map(line => line.length))

describe('the result table', () => {
  it('has every column where there is room', () => {
    expect(renderTable(rows, 200)).toMatchInlineSnapshot(`
      "label                                                 n  p50 ms      95% CI   p90    p99   msg/s  CPU us  failed
      smtp nodemailer reuse 1u                          4,000    0.81   0.76-0.88  1.37   12.3     917     905    0.0%
      http undici h2 fresh...rcpt tls-none no-auth  1,234,567     123  99.9-1,235   999  2,500  12,346    42.0   0.04%
      ! smtp nodemailer fresh 1u                           20       -           -     -      -    0.00       -  100.0%"
    `)
  })

  it('gives up the least telling columns at 100 columns', () => {
    expect(renderTable(rows, 100)).toMatchInlineSnapshot(`
      "label                                                 n  p50 ms   p90    p99   msg/s  failed
      smtp nodemailer reuse 1u                          4,000    0.81  1.37   12.3     917    0.0%
      http undici h2 fresh...rcpt tls-none no-auth  1,234,567     123   999  2,500  12,346   0.04%
      ! smtp nodemailer fresh 1u                           20       -     -      -    0.00  100.0%"
    `)
  })

  it('gives up more at 80 columns', () => {
    expect(renderTable(rows, 80)).toMatchInlineSnapshot(`
      "label                                         p50 ms    p99   msg/s  failed
      smtp nodemailer reuse 1u                        0.81   12.3     917    0.0%
      http undici h2 fresh...rcpt tls-none no-auth     123  2,500  12,346   0.04%
      ! smtp nodemailer fresh 1u                         -      -    0.00  100.0%"
    `)
  })

  it('shortens names before it is wider than the terminal', () => {
    expect(renderTable(rows, 70)).toMatchInlineSnapshot(`
      "label                                    p50 ms    p99   msg/s  failed
      smtp nodemailer reuse 1u                   0.81   12.3     917    0.0%
      http undici h2 fre...t tls-none no-auth     123  2,500  12,346   0.04%
      ! smtp nodemailer fresh 1u                    -      -    0.00  100.0%"
    `)
  })

  it('keeps what matters most, however narrow', () => {
    expect(renderTable(rows, 20)).toMatchInlineSnapshot(`
      "label                           p50 ms    p99   msg/s  failed
      smtp nodemailer reuse 1u          0.81   12.3     917    0.0%
      http undici h...s-none no-auth     123  2,500  12,346   0.04%
      ! smtp nodemailer fresh 1u           -      -    0.00  100.0%"
    `)
    expect(renderTable(rows, 20)).toBe(renderTable(rows, 1))
  })

  it('does not shorten names so far that two are one', () => {
    const middles = ['10u 100b', '20u 100b'].map(middle => `http undici fresh ${middle} tls-implicit`)
    const table = renderTable(
      middles.map(label => exampleLabelRow({ label })),
      20,
    )
    const [, first, second] = table.split('\n').map(line => line.split(/ {2,}/)[0])
    expect(first).not.toBe(second)
  })

  it('counts the round trips that a message waits for, where they are known', () => {
    const trips = { round_trips_setup: 7, round_trips_per_message: 2 }
    const rendered = renderTable(
      [
        exampleLabelRow({ ...trips, connection: 'reuse' }),
        exampleLabelRow({ ...trips, label: 'smtp nodemailer fresh 1u', connection: 'fresh' }),
        exampleLabelRow({ label: 'unknown', connection: 'reuse' }),
      ],
      200,
    )
    const cells = rendered.split('\n').map(line => line.split(/ {2,}/).at(-2))
    expect(cells).toEqual(['trips', '2', '9', '-'])
  })

  it('counts what was dropped and what is in doubt, which no failure rate holds, however narrow it is', () => {
    const cellsAt = (width: number) =>
      renderTable([exampleLabelRow({ dropped: 52_360, in_doubt: 3 }), exampleLabelRow()], width)
        .split('\n')
        .map(line => line.split(/ {2,}/).slice(-2))
    for (const width of [200, 20])
      expect(cellsAt(width)).toEqual([
        ['in doubt', 'dropped'],
        ['3', '52,360'],
        ['0', '0'],
      ])
  })

  it('is one line when nothing was measured', () => {
    expect(renderTable([], 100).split('\n')).toHaveLength(1)
  })

  it('has lines of no trailing blanks and no colour', () => {
    const table = renderTable(rows, 100)
    expect(table).not.toMatch(/[ \t]$/m)
    expect(table).not.toContain('\u001b')
  })
})

test('no table is wider than asked while columns are left to give up', () => {
  const narrowest = widthOf(renderTable(rows, 1))
  for (let width = 1; width <= 160; width++) {
    expect(widthOf(renderTable(rows, width))).toBeLessThanOrEqual(Math.max(width, narrowest))
  }
})

test('a wider table never shows fewer columns', () => {
  const heads = (width: number) => renderTable(rows, width).split('\n')[0]?.split(/ {2,}/).length ?? 0
  for (let width = 1; width < 160; width++) expect(heads(width + 1)).toBeGreaterThanOrEqual(heads(width))
})

test.each([
  [0, '0.00'],
  [0.004, '0.00'],
  [0.8123, '0.81'],
  [9.994, '9.99'],
  [9.996, '10.0'],
  [99.94, '99.9'],
  [99.96, '100'],
  [123.45, '123'],
  [999.6, '1,000'],
  [1234.5, '1,235'],
  [null, '-'],
])('%s ms is written as %s', (value, text) => {
  const row = exampleLabelRow({
    label: 'x',
    latency_p99_ms: value,
    latency_p50_ms: null,
    throughput_per_s: null,
  })
  const cells = renderTable([row], 1).split('\n')[1]?.split(/ +/)
  expect(cells).toEqual(['x', '-', text, '-', '0.0%'])
})

test.each([
  [0, '0.0%'],
  [0.000001, '<0.01%'],
  [0.0004, '0.04%'],
  [0.001, '0.1%'],
  [0.123, '12.3%'],
  [1, '100.0%'],
  [null, '-'],
])('a failure rate of %s is written as %s', (failure_rate, text) => {
  expect(renderTable([exampleLabelRow({ failure_rate })], 1).split('\n')[1]).toMatch(new RegExp(` ${text}$`))
})

test('labels that are too long still differ where they differed at their ends', () => {
  const base = 'http undici h2 fresh 10u 1048576b 50rcpt tls-none'
  const table = renderTable(
    ['5msg', '6msg'].map(end => exampleLabelRow({ label: `${base} ${end}` })),
    100,
  )
  const [, first, second] = table.split('\n').map(line => line.split(/ {2,}/)[0])
  expect(first).toMatch(/^http undici .*\.\.\..* 5msg$/)
  expect(second).toMatch(/ 6msg$/)
})
