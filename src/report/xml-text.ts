import { plainText } from '../run-store/text.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  // Not needed but in ]]>, which must not stand in text (XML 1.0 §2.4).
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text for an element or an attribute: one line of legal characters, escaped. */
export function xmlText(text: string, maxLength: number): string {
  return plainText(text, maxLength).replaceAll(/[&<>"']/g, character => entities[character] ?? '')
}
