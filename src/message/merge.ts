import type { Content, Merge } from './message.ts'

/** `{{name}}`, the notation that most template languages of providers share. */
const token = /\{\{([A-Za-z]\w*)\}\}/g

/** Puts each value where its name stands; a name without a value is left as it is. */
export function fill(text: string, data: Merge['data']): string {
  return text.replace(token, (written, name: string) =>
    Object.hasOwn(data, name) ? String(data[name]) : written,
  )
}

/** The names that stand in a text, as often as they do. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(token)].map(([, name]) => name as string)
}

/** Parts a text at its names: what stands before, between and behind them is one longer than the names. */
export function partsOf(text: string): {
  readonly between: readonly string[]
  readonly names: readonly string[]
} {
  // With a group in the pattern, every other part is a name.
  const parts = text.split(token)
  return {
    between: parts.filter((_, i) => i % 2 === 0),
    names: parts.filter((_, i) => i % 2 === 1),
  }
}

/** Writes the names of a template in another notation, such as `%recipient.name%`. */
export function retoken(text: string, notation: (name: string) => string): string {
  return text.replace(token, (_written, name: string) => notation(name))
}

/** A template of which each text is changed alike: written in another notation, or filled in. */
export function mapTemplate(
  { subject, text, html }: Merge['template'],
  change: (text: string) => string,
): Merge['template'] {
  return {
    subject: change(subject),
    ...(text !== undefined && { text: change(text) }),
    ...(html !== undefined && { html: change(html) }),
  }
}

/** All that may be personalised of a message. */
export function fillContent({ template, data }: Merge): Pick<Content, 'subject' | 'text' | 'html'> {
  return mapTemplate(template, text => fill(text, data))
}
