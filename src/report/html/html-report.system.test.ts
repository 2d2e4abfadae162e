import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Mark } from './chart/svg.ts'
import { CHART_WIDTH } from './figure.ts'
import { renderHtmlReport } from './html-report.ts'
import { chartFaults, openAll } from './page-inspection.fixture.ts'
import { hostileWholeRun, materialFrom, wholeRun } from './whole-run.fixture.ts'

/** No display, no profile, and no word to anybody. */
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const pages = {
  whole: renderHtmlReport(materialFrom(wholeRun())),
  hostile: renderHtmlReport(materialFrom(hostileWholeRun())),
}

let dir: string
let browser: Browser

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mailbench-page-'))
  for (const [name, text] of Object.entries(pages)) await writeFile(join(dir, `${name}.html`), text)
  browser = await chromium.launch({
    executablePath: process.env['MAILBENCH_SYSTEM_BROWSER'] ?? '/usr/bin/chromium',
    args,
  })
})

afterAll(async () => {
  await browser.close()
  await rm(dir, { recursive: true })
})

/** Opens a page, does something with it, and returns all that it said or asked for beyond itself. */
async function visit(
  name: keyof typeof pages,
  options: BrowserContextOptions,
  act: (page: Page) => Promise<void>,
): Promise<string[]> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const noises: string[] = []
  const address = pathToFileURL(join(dir, `${name}.html`)).href
  page.on('console', message => noises.push(`console: ${message.text()}`))
  page.on('pageerror', error => noises.push(`error: ${error.message}`))
  page.on('dialog', dialog => noises.push(`dialog: ${dialog.message()}`))
  page.on('request', request => {
    if (request.url() !== address) noises.push(`request: ${request.url()}`)
  })
  try {
    await page.goto(address)
    await act(page)
  } finally {
    await context.close()
  }
  return noises
}

const wide = { viewport: { width: 1280, height: 900 } }
const phone = { viewport: { width: 390, height: 844 } }

/** What axe finds (WCAG 2.2 A and AA, and good practice). It is evaluated, since the page lets no script in. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = await page.evaluate<axe.Result[]>('axe.run().then(({ violations }) => violations)')
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)
}

describe.each([
  ['whole', 'on a desk', wide],
  ['whole', 'on a phone', phone],
  ['hostile', 'on a desk', wide],
  ['hostile', 'on a phone', phone],
] as const)('the %s report %s', (name, _, options) => {
  it('has marks and labels in every chart, none cut off, none on another', async () => {
    const noises = await visit(name, options, async page => {
      await openAll(page)
      const { charts, faults } = await chartFaults(page)
      expect(charts).toBeGreaterThan(12)
      // Of ten thousand hostile letters no chart can show those that differ.
      const isAlike = (fault: string) => name === 'hostile' && fault.includes('two rows read')
      expect(faults.filter(fault => !isAlike(fault))).toEqual([])
    })
    expect(noises).toEqual([])
  })

  it('is no wider than the screen', async () => {
    await visit(name, options, async page => {
      await openAll(page)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(options.viewport.width)
    })
  })
})

it('prints every chart that stands open, within the paper, without asking for anything', async () => {
  const noises = await visit(
    'whole',
    { viewport: { width: 718, height: 1000 }, colorScheme: 'dark' },
    async page => {
      await page.emulateMedia({ media: 'print' })
      const { charts, faults } = await chartFaults(page)
      expect(charts).toBeGreaterThan(12)
      expect(faults).toEqual([])
      const background = await page.evaluate('getComputedStyle(document.body).backgroundColor')
      expect(background).toBe('rgb(255, 255, 255)')
      const pdf = await page.pdf({ format: 'A4' })
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    },
  )
  expect(noises).toEqual([])
})

it('prints every claim whole: finding, figure, rule, what was held equal, and the evidence', async () => {
  await visit('whole', { ...wide, javaScriptEnabled: false }, async page => {
    await page.emulateMedia({ media: 'print' })
    const claims = page.locator('.claim')
    expect(await claims.count()).toBe(10)
    for (const claim of await claims.all()) {
      expect(await claim.locator('.finding').isVisible()).toBe(true)
      expect(await claim.getByText('Rule', { exact: true }).isVisible()).toBe(true)
    }
    const first = claims.filter({ hasText: 'C1' }).first()
    expect(await first.getByText('Held equal').isVisible()).toBe(true)
    expect(await first.locator('.figure').innerText()).toMatch(
      /^round trips of a first message, .*: 9 round trips/,
    )
    expect(await first.locator('table').isVisible()).toBe(true)
    expect((await first.boundingBox())?.height).toBeGreaterThan(200)
  })
})

it('says of every claim what was found before it is opened', async () => {
  await visit('whole', wide, async page => {
    const finding = page.locator('.claim').first().locator('.finding')
    expect(await finding.isVisible()).toBe(true)
    expect(await finding.innerText()).toMatch(/round trips/)
  })
})

describe.each(['light', 'dark'] as const)('in %s', colorScheme => {
  it.each(['whole', 'hostile'] as const)('axe finds nothing to object to in the %s report', async name => {
    const noises = await visit(name, { ...wide, colorScheme }, async page => {
      await openAll(page)
      expect(await violations(page)).toEqual([])
    })
    expect(noises).toEqual([])
  })
})

it('is readable without scripts: answer, claims, charts and tables', async () => {
  await visit('whole', { ...wide, javaScriptEnabled: false }, async page => {
    expect(await page.locator('.answer').innerText()).toContain('API')
    expect(await page.locator('figure .plot svg').first().isVisible()).toBe(true)
    const evidence = page.locator('.claim').first()
    await evidence.locator('summary').click()
    expect(await evidence.locator('table').isVisible()).toBe(true)
  })
})

describe('with scripts', () => {
  it('switches a series off and on by keyboard', async () => {
    await visit('whole', wide, async page => {
      const figure = page.locator('figure').first()
      const marks = figure.locator('.plot [data-series="0"]')
      const button = figure.locator('.legend button').first()
      expect(await marks.first().isVisible()).toBe(true)
      await button.focus()
      await page.keyboard.press('Enter')
      expect(await button.getAttribute('aria-pressed')).toBe('false')
      expect(await marks.first().isVisible()).toBe(false)
      await page.keyboard.press('Space')
      expect(await marks.first().isVisible()).toBe(true)
    })
  })

  it('tells the value below the pointer', async () => {
    await visit('whole', wide, async page => {
      const figure = page.locator('figure').first()
      const svg = figure.locator('.plot svg')
      const marks: Mark[] = JSON.parse((await svg.getAttribute('data-marks')) ?? '[]')
      const [x = 0, y = 0] = marks.find(([, , series]) => series === 1) ?? []
      const box = await svg.boundingBox()
      const scale = (box?.width ?? 0) / CHART_WIDTH
      await page.mouse.move((box?.x ?? 0) + x * scale + 2, (box?.y ?? 0) + y * scale + 2)
      expect(await figure.locator('.tip').innerText()).toMatch(/^API, .* ms/)
    })
  })

  it('runs none that a server slips in', async () => {
    const noises = await visit('hostile', wide, async page => {
      await page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), { text: 'window.slipped = true' }))",
      )
      expect(await page.evaluate("'slipped' in window")).toBe(false)
    })
    expect(noises).toHaveLength(1)
    expect(noises[0]).toContain('Content Security Policy')
  })
})
