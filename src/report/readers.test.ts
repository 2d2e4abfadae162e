import { marked, type Tokens } from 'marked'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { exampleRun, librariesAt } from '../claims/run.fixture.ts'
import { HOSTILE, hostileMaterial } from './hostile.fixture.ts'
import { junitXml } from './junit.ts'
import { type Material, materialOf, reportedRun } from './material.ts'
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
