import type { Content, Merge } from './message.ts'

/** `{{name}}`, the notation that most template languages of providers share. */
const token = /\{\{([A-Za-z]\w*)\}\}/g

/** Puts each value where its name stands; a name without a value is left as it is. */
export function fill(text: string, data: Merge['data']): string {
  return text.replace(token, (written, name: string) =>
    Object.hasOwn(data, name) ? String(data[name]) : written,
  )
}

/** Writes the names of a template in another notation, such as `%recipient.name%`. */
export function retoken(text: string, notation: (name: string) => string): string {
  return text.replace(token, (_written, name: string) => notation(name))
}

/** All that may be personalised of a message. */
export function fillContent({ template, data }: Merge): Pick<Content, 'subject' | 'text' | 'html'> {
  const { subject, text, html } = template
  return {
    subject: fill(subject, data),
    ...(text !== undefined && { text: fill(text, data) }),
    ...(html !== undefined && { html: fill(html, data) }),
  }
}
