import { createRequire } from 'node:module'
import { marked, type Tokens } from 'marked'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { exampleRun, librariesAt } from '../claims/run.fixture.ts'
import { plainText } from '../run-store/text.ts'
import { HOSTILE, hostileMaterial } from './hostile.fixture.ts'
import { junitXml } from './junit.ts'
import { junitSchema } from './junit-schema.fixture.ts'
import { type Material, materialOf, namedLabels, reportedRun } from './material.ts'
import { openMetrics } from './open-metrics.ts'
import { summaryMarkdown } from './summary-markdown.ts'

const ordinary = () =>
  materialOf([reportedRun(exampleRun(librariesAt([0, 20], { smtp: 4, http: 1 })), [], () => [])])
const runs: readonly (readonly [name: string, material: () => Material])[] = [
  ['an ordinary run', ordinary],
  ['a hostile run', hostileMaterial],
]

interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

/** By a parser that is not ours, and forgives nothing. */
function elementsOf(xml: string): Element[] {
  const elements: Element[] = []
  const parser = new SaxesParser()
  parser.on('error', error => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    elements.push({ name, attributes: attributes as Record<string, string> })
  })
  parser.write(xml).close()
  return elements
}

describe.each(runs)('junit.xml of %s', (_name, material) => {
  it('is valid by the schema, as libxml2 has it', async () => {
    const xml = { fileName: 'junit.xml', contents: junitXml.render(material()) }
    const { valid, errors } = await validateXML({ xml: [xml], schema: [junitSchema] })
    expect(errors).toEqual([])
    expect(valid).toBe(true)
  })

  it('is XML 1.0, and its counts are those of its elements', () => {
    const elements = elementsOf(junitXml.render(material()))
    const counted = (name: string) => elements.filter(element => element.name === name).length
    const [root] = elements
    expect(new Set(elements.map(({ name }) => name))).toEqual(
      new Set(['testsuites', 'testsuite', 'testcase', ...(counted('failure') > 0 ? ['failure'] : [])]),
    )
    expect(root?.attributes).toMatchObject({
      tests: String(counted('testcase')),
      failures: String(counted('failure')),
    })
  })
})

describe('a hostile name in junit.xml', () => {
  it('is read back as the text that it is', () => {
    const names = elementsOf(junitXml.render(hostileMaterial())).flatMap(
      ({ attributes: { name } }) => name ?? [],
    )
    expect(names.some(name => name.includes('<script>alert(1)</script>') && name.includes(']]>'))).toBe(true)
    expect(HOSTILE).toContain(']]>')
  })
})

describe.each(runs)('summary.md of %s', (_name, material) => {
  it("is rendered with its own elements only, by a reader of GitHub's Markdown", async () => {
    const html = await marked.parse(summaryMarkdown.render(material()), { gfm: true })
    const elements = new Set([...html.matchAll(/<([a-z][a-z0-9]*)[\s>]/g)].map(([, name]) => name))
    const own = ['h2', 'h3', 'p', 'strong', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'code', 'ul', 'li']
    for (const name of elements) expect([...own, 'details', 'summary']).toContain(name)
    expect(html).not.toMatch(/href=|src=|on\w+=/)
  })

  it('has tables whose rows are as wide as their heads', () => {
    const isTable = (token: { type: string }): token is Tokens.Table => token.type === 'table'
    const tables = marked.lexer(summaryMarkdown.render(material())).filter(isTable)
    expect(tables.length).toBeGreaterThan(1)
    for (const { header, rows } of tables) for (const row of rows) expect(row).toHaveLength(header.length)
  })
})

/** What a reader makes of a family; values are texts to it. */
interface Family {
  readonly name: string
  readonly type: string
  readonly metrics: readonly { readonly value?: string; readonly labels?: Readonly<Record<string, string>> }[]
}

/** Brings no types. Ported from the parser of Prometheus' client for Python. */
const familiesOf: (text: string) => readonly Family[] = createRequire(import.meta.url)(
  'parse-prometheus-text-format',
)

describe.each(runs)('metrics.prom of %s', (_name, material) => {
  it("is read back by a reader of Prometheus' text: a value for every label, under the name that it has", () => {
    const made = material()
    const families = new Map(familiesOf(openMetrics.render(made)).map(family => [family.name, family]))
    const valid = families.get('mailbench_valid')
    expect(valid?.type).toBe('GAUGE')
    expect(valid?.metrics.map(({ value, labels }) => [labels?.['label'], value])).toEqual(
      namedLabels(made).map(({ row }) => [plainText(row.label, 1000), row.valid ? '1' : '0']),
    )
    for (const { metrics } of families.values())
      for (const { value } of metrics)
        expect(value === undefined || Number.isFinite(Number(value))).toBe(true)
  })
})

describe('these readers', () => {
  it('refuse what is none of their format, so that what they take means something', async () => {
    const noCounts = { fileName: 'junit.xml', contents: '<testsuites><testsuite name="a"/></testsuites>' }
    expect((await validateXML({ xml: [noCounts], schema: [junitSchema] })).valid).toBe(false)
    expect(() => familiesOf('a{label="x" 1\n')).toThrow()
  })
})
