import type { Content } from '../message/message.ts'

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** What an API that takes HTML alone is given: of a message that has none, its text, laid out as it is. */
export function htmlOf({ text = '', html }: Pick<Content, 'text' | 'html'>): string {
  return html ?? `<pre>${text.replace(/[&<>]/g, char => entities[char] ?? char)}</pre>`
}
