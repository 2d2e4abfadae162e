import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Lexer, type Token, walkTokens } from 'marked'
import { describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const pages = ['*.md', 'docs/**/*.md', 'examples/**/*.md', 'results/**/*.md']
  .flatMap(pattern => globSync(pattern, { cwd: root }))
  .map(page => join(root, page))

function tokensOf(page: string): Token[] {
  const all: Token[] = []
  walkTokens(Lexer.lex(readFileSync(page, 'utf8')), token => void all.push(token))
  return all
}

/** As GitHub makes it of a heading's text. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

const anchorsIn = (page: string) =>
  tokensOf(page).flatMap(token => (token.type === 'heading' ? [anchorOf(token['text'])] : []))

/** What a page points to within the repository: of Markdown, and of the HTML in it. */
function targetsIn(page: string): string[] {
  return tokensOf(page)
    .flatMap(token => {
      if (token.type === 'link' || token.type === 'image') return [String(token['href'])]
      if (token.type !== 'html') return []
      return [...token.raw.matchAll(/(?:href|src|srcset)="([^"]+)"/g)].map(([, target = '']) => target)
    })
    .filter(target => !/^(?:[a-z]+:|\/\/)/i.test(target))
}

describe.each(pages.map(page => [relative(root, page), page]))('%s', (_name, page) => {
  it('points to files and headings that are there', () => {
    const broken = targetsIn(page).filter(target => {
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : join(dirname(page), decodeURI(path))
      if (!existsSync(file)) return true
      return anchor !== undefined && file.endsWith('.md') && !anchorsIn(file).includes(anchor)
    })
    expect(broken).toEqual([])
  })
})

it('finds the links of the README', () => {
  expect(targetsIn(join(root, 'README.md')).length).toBeGreaterThan(10)
})
