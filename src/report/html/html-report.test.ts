import { describe, expect, it } from 'vitest'
import { merged } from '../../claims/job.fixture.ts'
import { around, exampleRun } from '../../claims/run.fixture.ts'
import { htmlReport, renderHtmlReport } from './html-report.ts'
import { hostileWholeRun, materialFrom, wholeRun } from './whole-run.fixture.ts'

const page = renderHtmlReport(materialFrom(wholeRun()))
const headings = (text: string) => [...text.matchAll(/<h2 [^>]*>([^<]*)/g)].map(([, title]) => title)

describe('the report of a run with something of everything', () => {
  it('answers first, and then goes into details in this order', () => {
    expect(headings(page)).toEqual([
      'The answer',
      'What people say, and how it comes out',
      'Latency by transport',
      'Where the time goes',
      'Latency over the network’s round-trip time',
      'Failures by phase and cause',
      'Latency and rate over time',
      'Throughput against latency',
      'Mail merge and batch',
      'Targets, and what rates they take',
      'Self-checks',
      'How to repeat it',
    ])
  })

  it('is the same, byte for byte, when it is made again', () => {
    expect(renderHtmlReport(materialFrom(wholeRun()))).toBe(page)
  })

  it('has a table, an alternative and marks for every chart', () => {
    const figures = page.split('<figure').slice(1)
    expect(figures.length).toBeGreaterThan(12)
    for (const figure of figures) {
      expect(figure).toMatch(/role="img" aria-label="[^"]{20,}"/)
      expect(figure).toMatch(/<svg xmlns[\s\S]* data-series="0"/)
      expect(figure).toContain('<caption>')
    }
  })

  it('names no address but its own anchors, and forbids all others', () => {
    const addresses = [...page.matchAll(/(?:src|href|url|action)\s*[=(]\s*["']?([^"')\s>]*)/g)].map(
      ([, to]) => to,
    )
    expect(addresses.filter(to => !to?.startsWith('#'))).toEqual([])
    expect(page).toContain("default-src 'none'")
  })

  it('gives every element that has an identifier one of its own', () => {
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('leaves no word of the library that draws: not its identifiers, styles or marks of series', () => {
    expect(page).not.toMatch(/\bzr\d|ecmeta|class="zr|="series\d|NaN|undefined|Infinity/)
  })

  it('shows the round trips that were counted and those that were fitted', () => {
    expect(page).toMatch(/SMTP nodemailer: counted 2, fitted (?:1\.9|2\.0)/)
    expect(page).toMatch(/API undici: counted 1, fitted (?:0\.9|1\.0)/)
  })

  it('says which trials do not count, and why', () => {
    expect(page).toContain('<td>smtp stalled</td><td>late starts</td>')
  })
})

it('leaves out what a run has no data for, with a line that says which plan would show it', () => {
  const text = renderHtmlReport(materialFrom(exampleRun([{ p50s: around(3) }], { injected: [], merges: [] })))
  expect(headings(text)).not.toContain('Mail merge and batch')
  expect(text).toContain('<strong>Mail merge and batch:</strong> the plan merge sends')
  expect(text).toContain('This run cannot say: it sent single messages over SMTP only.')
  expect(text).toContain('mailbench run quick measures both')
})

it('opens a run that sent whole jobs only with which was quicker, and says what it does not say', () => {
  const text = renderHtmlReport(
    materialFrom(
      merged([
        { transport: 'smtp', client: 'nodemailer', batch: 1, totalMs: 400 },
        { transport: 'http', client: 'undici', batch: 1, totalMs: 200 },
        { transport: 'http', client: 'undici', batch: 500, totalMs: 40 },
      ]),
    ),
  )
  expect(text).toMatch(
    /<p class="answer">For a mail merge of 500 messages, with nodemailer and undici, the API was/,
  )
  expect(text).toContain('Whole jobs, SMTP and API')
  expect(text).toContain('<dt>What would change it</dt>')
  expect(text).toMatch(
    /<dt>What it does not say<\/dt><dd><p>How soon a single message arrives: mailbench run quick/,
  )
  expect(text).not.toMatch(/NaN|undefined|Infinity/)
})

it('is made of a run that ended before its first trial', () => {
  const text = renderHtmlReport(
    materialFrom(exampleRun([], { state: 'running', ended_at: null, injected: [], merges: [] })),
  )
  expect(headings(text)).toContain('How to repeat it')
  expect(text).toContain('crashed: complete up to its last trial')
})

it('joins runs into one page, each under its name', () => {
  const text = renderHtmlReport(materialFrom(wholeRun(), wholeRun({ run_id: 'second' })))
  expect(text).toContain('<h3>r</h3>')
  expect(text).toContain('<h3>second</h3>')
  expect(new Set(headings(text)).size).toBe(headings(text).length)
})

it('escapes whatever a server or a label says', () => {
  const text = renderHtmlReport(materialFrom(hostileWholeRun()))
  expect(text.match(/<script/g)).toHaveLength(1)
  expect(text).not.toMatch(/[^\n\P{Cc}]/u)
  expect(text).not.toMatch(/[\u2028\u2029\u202a-\u202e]/)
  expect(text).not.toContain('x'.repeat(1100))
  expect(text.isWellFormed()).toBe(true)
})

describe('a page of hundreds of labels', () => {
  const many = Array.from({ length: 300 }, (_, i) => ({
    label: `smtp ${i}`,
    transport: i % 2 === 0 ? ('smtp' as const) : ('http' as const),
    client: i % 2 === 0 ? 'nodemailer' : 'undici',
    message_bytes: 1000 + i,
    p50s: [i + 1, i + 2],
  }))
  const largeRun = (run_id: string) => exampleRun(many, { run_id, injected: [], merges: [] })

  it('stays under 2 MB', () => {
    const text = renderHtmlReport(materialFrom(largeRun('one')))
    expect(Buffer.byteLength(text)).toBeLessThan(2e6)
  })

  it('stays under 2 MB however many runs it joins, and says what is left out and where it is', () => {
    const names = ['one', 'two', 'three', 'four']
    const text = renderHtmlReport(materialFrom(...names.map(largeRun)))
    expect(Buffer.byteLength(text)).toBeLessThan(2e6)
    expect(text).toMatch(/\d+ more charts are left out, [^<]*: labels\.csv and histograms\.hlog in the run’s/)
    // Each run keeps its foremost charts.
    const [latency] = text.slice(text.indexOf('<section id="latency"')).split('</section>')
    const ofRuns = latency?.split('<h3>').slice(1) ?? []
    expect(ofRuns.map(part => part.includes('<figure>'))).toEqual(names.map(() => true))
  })
})

it('is called report.html', () => {
  expect(htmlReport.file).toBe('report.html')
})
