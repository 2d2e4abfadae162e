import { describe, expect, it } from 'vitest'
import { merged } from '../claims/job.fixture.ts'
import { exampleRun, librariesAt } from '../claims/run.fixture.ts'
import { hostileMaterial } from './hostile.fixture.ts'
import { materialOf, reportedRun } from './material.ts'
import { reports } from './reports.ts'

const example = () =>
  materialOf([
    reportedRun(exampleRun(librariesAt([0], { smtp: 4, http: 1 })), [], () => [
      {
        threshold: 'latency.p50<2ms',
        label: 'smtp nodemailer reuse 1u rtt-0ms',
        nearest: true,
        found: '4 ms (95% 3 to 5)',
        ok: false,
      },
      {
        threshold: 'latency.p99<2ms',
        label: 'http undici 1.1 reuse 1u rtt-0ms',
        nearest: true,
        found: 'too few samples to say',
        ok: false,
      },
      {
        threshold: 'failure_rate<1%',
        label: 'http undici 1.1 reuse 1u rtt-0ms',
        nearest: true,
        found: '0.0%',
        ok: true,
      },
    ]),
  ])
const rendered = (file: string, material = example()) => {
  const report = reports.find(each => each.file === file)
  if (!report) throw new Error(`no report ${file}`)
  return report.render(material)
}

/** Anything below a space but a line end, and what C1, line separators and turned writing are made of. */
const controls = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]/u

describe.each(reports.map(({ file }) => file))('%s', file => {
  it('is the same for the same runs', () => {
    expect(rendered(file)).toBe(rendered(file))
  })

  it('ends with a line end', () => {
    expect(rendered(file)).toMatch(/\n$/)
  })

  it('carries no control character of a hostile server, and no text without end', () => {
    const text = rendered(file, hostileMaterial())
    expect(controls.test(text)).toBe(false)
    expect(text.isWellFormed()).toBe(true)
    for (const line of text.split('\n')) expect(line.length).toBeLessThan(8000)
  })
})

describe('junit.xml', () => {
  it('has a case for each threshold and each label, and says why one fails', () => {
    const text = rendered('junit.xml')
    expect(text).toContain('<testsuites name="mailbench" tests="7" failures="2" errors="0">')
    expect(text).toContain(
      '<testcase classname="mailbench.thresholds" name="latency.p50&lt;2ms: smtp nodemailer reuse 1u rtt-0ms">',
    )
    expect(text).toContain('<failure message="4 ms (95% 3 to 5)" type="thresholds"/>')
    expect(text).toContain('<failure message="too few samples to say" type="thresholds"/>')
    expect(text).toContain('<testsuite name="validity" tests="4" failures="0" errors="0" skipped="0"')
  })

  it('leaves no markup of a hostile label standing', () => {
    const text = rendered('junit.xml', hostileMaterial())
    expect(text).not.toContain(']]>')
    expect(text).not.toMatch(/<(?!\?xml|\/?(?:testsuites?|testcase|failure)[ >])/)
    expect(text.replaceAll(/&(?:amp|lt|gt|quot|apos);/g, '')).not.toContain('&')
  })
})

describe('benchmark.json', () => {
  it('holds what is better when it is smaller, with its range', () => {
    const entries = JSON.parse(rendered('benchmark.json')) as Record<string, unknown>[]
    expect(entries[0]).toEqual({
      name: 'smtp nodemailer reuse 1u rtt-0ms p50',
      unit: 'ms',
      value: expect.any(Number),
      range: expect.stringMatching(/^± [\d.e-]+$/),
      extra: '10 repetitions, 1040 messages',
    })
    for (const entry of entries) {
      expect(
        Object.keys(entry).filter(key => !['name', 'unit', 'value', 'range', 'extra'].includes(key)),
      ).toEqual([])
      expect(entry['name']).not.toMatch(/throughput|msg\/s/)
    }
    expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length)
  })

  it('leaves out what is invalid', () => {
    const names = (JSON.parse(rendered('benchmark.json', hostileMaterial())) as { name: string }[]).map(
      ({ name }) => name,
    )
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter(name => name.startsWith('-bad'))).toEqual([])
  })
})

describe('bmf.json', () => {
  it('is names, measures and metrics as the published schema has them', () => {
    const metrics = JSON.parse(rendered('bmf.json')) as Record<
      string,
      Record<string, Record<string, unknown>>
    >
    const { latency, throughput } = metrics['smtp nodemailer reuse 1u rtt-0ms'] ?? {}
    expect(latency).toEqual({
      value: expect.any(Number),
      lower_value: expect.any(Number),
      upper_value: expect.any(Number),
    })
    expect(latency?.['value']).toBeGreaterThan(3.9e6)
    expect(throughput).toEqual({ value: 100, lower_value: 100, upper_value: 100 })
    for (const measures of Object.values(metrics)) {
      for (const [name, metric] of Object.entries(measures)) {
        expect(name).toMatch(/^[a-z0-9-]{1,64}$/)
        expect(Object.keys(metric)).toContain('value')
        for (const value of Object.values(metric)) expect(value).toBeTypeOf('number')
      }
    }
  })
})

/** OpenMetrics 1.0, "ABNF": a metric's line, its labels' values escaped. */
const sampleLine =
  /^([a-z][a-z0-9_]*)(\{[a-z][a-z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z][a-z0-9_]*="(?:[^"\\\n]|\\["\\n])*")*\})? (-?\d[\d.e+-]*)$/

describe.each([
  ['an ordinary run', example],
  ['a hostile run', hostileMaterial],
])('metrics.prom of %s', (_name, material) => {
  it('is OpenMetrics: each line by the grammar, families whole, and the end marked once', () => {
    const lines = rendered('metrics.prom', material()).split('\n')
    expect(lines.slice(-2)).toEqual(['# EOF', ''])
    let family = ''
    const seen = new Set<string>()
    for (const line of lines.slice(0, -2)) {
      const [, keyword, name] = /^# (TYPE|UNIT|HELP) ([a-z_]+) .+$/.exec(line) ?? []
      if (keyword === 'TYPE') {
        family = name ?? ''
        expect(seen.has(family)).toBe(false)
        seen.add(family)
      } else if (keyword !== undefined) expect(name).toBe(family)
      else {
        expect(sampleLine.test(line), line.slice(0, 200)).toBe(true)
        expect(line.startsWith(family)).toBe(true)
      }
    }
    expect(seen).toContain('mailbench_latency_seconds')
    expect(new Set(lines).size).toBe(lines.length)
  })
})

describe('summary.md', () => {
  it('counts what was dropped of each label, where anything was', () => {
    const run = exampleRun(librariesAt([0], { smtp: 4, http: 1 }))
    const labels = run.labels.map((row, i) => ({ ...row, dropped: i === 0 ? 52_360 : 0 }))
    const text = rendered('summary.md', materialOf([reportedRun({ ...run, labels }, [], () => [])]))
    const heads = text.split('\n').find(line => line.startsWith('| label |'))
    expect(heads).toMatch(/ in doubt \| dropped \|$/)
    expect(text).toMatch(/^\| `smtp nodemailer [^|]*\|.*\| 52,360 \|$/m)
    expect(text).toMatch(/^\| `http undici [^|]*\|.*\| 0 \|$/m)
    expect(rendered('summary.md')).not.toContain('dropped')
  })

  it('opens with the whole answer, however many conditions it names', () => {
    const run = exampleRun(librariesAt([0, 20, 100], { smtp: 1, http: 41 }))
    const material = materialOf([reportedRun(run, [], () => [])])
    const answer = material.answer?.summary ?? ''
    expect(answer.length).toBeGreaterThan(300)
    expect(rendered('summary.md', material)).toContain(`**${answer}**`)
  })

  it('opens with the answer, and has the claims and every label', () => {
    const text = rendered('summary.md')
    expect(text).toMatch(
      /^## SMTP or API\?\n\n\*\*With nodemailer and undici the API was sooner in all 2 conditions/,
    )
    expect(text).toContain('| C2 APIs deliver faster | **holds** |')
    expect(text).toContain('| `smtp nodemailer reuse 1u rtt-0ms` |')
    expect(text).toContain('**Thresholds:** 1 of 3 hold.')
  })

  it('opens a run that sent whole jobs only with which was quicker', () => {
    const run = merged([
      { transport: 'smtp', client: 'nodemailer', batch: 1, totalMs: 400 },
      { transport: 'http', client: 'undici', batch: 500, totalMs: 40 },
      { transport: 'http', client: 'undici', batch: 1, totalMs: 200 },
    ])
    const text = rendered('summary.md', materialOf([reportedRun(run, [], () => [])]))
    expect(text).toMatch(
      /^## SMTP or API\?\n\n\*\*For a mail merge of 500 messages, .* by calls of 500\. One by one, .*\*\*\n\n\|/,
    )
    expect(text).toMatch(
      /\n\| 0 ms RTT \| 399 \| [34]\d\.\d \| API \| [\d.]+ x \| [\d.]+-[\d.]+ \| 500 \/ 1 \| 10 \/ 10 \|\n/,
    )
    expect(text).toContain('**What it does not say:** How soon a single message arrives: mailbench run quick')
  })

  it('says why there is no answer, and which command gives one', () => {
    const run = exampleRun([{ transport: 'smtp', p50s: [2, 2, 2] }])
    const text = rendered('summary.md', materialOf([reportedRun(run, [], () => [])]))
    expect(text).toMatch(
      /^## SMTP or API\?\n\n\*\*This run cannot say: it sent single messages over SMTP only\.\*\*\n\n\*\*What it does say:\*\* Over SMTP a message took 2\.00 ms .*\n\n\*\*What would answer it:\*\* mailbench run quick /,
    )
  })

  it('shows hostile text as text: no markup, no mention, no further cell', () => {
    const text = rendered('summary.md', hostileMaterial())
    const own = /<(?!\/?details>|\/?summary>|!-- -->)/
    const outsideOfCode = text.replaceAll(/(`+)(?!`).*?[^`]\1(?!`)/g, '')
    expect(own.test(outsideOfCode)).toBe(false)
    expect(/(?<!\\)\[|@(?!<!-- -->)/.test(outsideOfCode)).toBe(false)
    const tables = text.split('\n').filter(line => line.startsWith('| '))
    const cells = (line: string) => line.replaceAll('\\|', '').split('|').length
    for (const [i, line] of tables.entries()) {
      if (i > 0 && !tables[i - 1]?.includes('---') && line.includes('---'))
        expect(cells(line)).toBe(cells(tables[i - 1] ?? ''))
    }
    expect(new Set(tables.slice(-4).map(cells)).size).toBe(1)
    expect(Buffer.byteLength(text)).toBeLessThan(65_536)
  })
})
