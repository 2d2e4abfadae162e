import { plainText } from '../../run-store/text.ts'

/** HTML that may be put into a page as it is. Only `html` and `trusted` make it; every other text is escaped. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Content = Markup | string | number | null | undefined | false | readonly Content[]

/** A server's line may be as long as it likes: what a page shows of a text. */
const LENGTH_MAX = 1000

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for between tags and for quoted attributes (HTML Living Standard §13.1.2.3), on one line without controls. */
export function escaped(text: string): string {
  const line = plainText(text)
  const shown = line.length > LENGTH_MAX ? `${plainText(line, LENGTH_MAX)}…` : line
  return shown.replaceAll(/[&<>"']/g, character => entities[character] ?? '')
}

/** HTML of our own: no text of a run may stand in it. */
export const trusted = (text: string) => new Markup(text)

function textOf(content: Content): string {
  if (content instanceof Markup) return content.text
  if (Array.isArray(content)) return content.map(textOf).join('')
  if (content === null || content === undefined || content === false) return ''
  return escaped(String(content))
}

/** A template whose values are escaped, unless they are markup themselves. Attributes must be quoted. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(strings.map((string, i) => string + textOf(values[i])).join(''))
}

/** Many lines, such as a plan: escaped, with line ends and spaces as they are. */
export function preformatted(text: string): Markup {
  const lines = text.split('\n').map(line => {
    const indent = /^ */.exec(line)?.[0] ?? ''
    return indent + escaped(line)
  })
  return new Markup(lines.join('\n'))
}
