/** Octets of a word: in base64, with what stands around it and `Subject: ` before it, within 76 characters (RFC 2047 §2). */
const WORD_OCTETS = 39

/** Characters stay whole (RFC 2047 §5): each word is decoded by itself. */
function wordsOf(text: string): string[] {
  const words = ['']
  let octets = 0
  for (const character of text) {
    const size = Buffer.byteLength(character)
    if (octets + size > WORD_OCTETS) {
      words.push('')
      octets = 0
    }
    words[words.length - 1] += character
    octets += size
  }
  return words
}

/** The value of an unstructured field such as Subject: as it is, or where it must be as encoded words (RFC 2047). */
export function encodedWords(text: string): string {
  // What looks like an encoded word would be decoded, although nobody has encoded it.
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('=?')) return text
  return wordsOf(text)
    .map(word => `=?utf-8?B?${Buffer.from(word, 'utf8').toString('base64')}?=`)
    .join('\r\n ')
}
