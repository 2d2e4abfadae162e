import type { View } from './flow.ts'

/** Lines of a message's header that are shown; of the rest, how many bytes there were. */
const SHOWN_MAX = 12

/** Shows an SMTP session: responses of AUTH are masked, and of the content no more than its beginning. */
export function smtpView(): View {
  let authenticates = false
  let asksForMore = false
  let isContent = false
  /** Of BDAT, the octets that are still to come; undefined for DATA, which ends with a dot. */
  let leftBytes: number | undefined
  let awaitsGo = false
  let shown = 0
  let hiddenBytes = 0

  function begin(bytes?: number): void {
    isContent = true
    leftBytes = bytes
    shown = 0
    hiddenBytes = 0
  }

  function content(line: string): string | undefined {
    const sizeBytes = Buffer.byteLength(line) + 2
    if (leftBytes !== undefined) leftBytes -= sizeBytes
    const isOver = leftBytes === undefined ? line === '.' : leftBytes <= 0
    const hides = line === '' || shown >= SHOWN_MAX || hiddenBytes > 0
    if (!isOver || leftBytes !== undefined) {
      if (hides) hiddenBytes += sizeBytes
      else shown += 1
    }
    if (!isOver) return hides ? undefined : line
    isContent = false
    const summary = hiddenBytes > 0 ? `[${hiddenBytes} more bytes]` : ''
    return leftBytes === undefined ? [summary, '.'].filter(Boolean).join(' ') : summary || line
  }

  function command(line: string): string {
    const [verb = '', mechanism = ''] = line.toUpperCase().split(' ')
    authenticates = verb === 'AUTH'
    awaitsGo = verb === 'DATA'
    if (verb === 'BDAT') begin(Number(mechanism) || 0)
    return authenticates && line.split(' ').length > 2 ? `${line.split(' ').slice(0, 2).join(' ')} ***` : line
  }

  return {
    sent(line) {
      if (isContent) return content(line)
      if (asksForMore) {
        asksForMore = false
        return '***'
      }
      return command(line)
    },
    received(line) {
      if (awaitsGo && line.startsWith('354')) begin()
      awaitsGo &&= !/^[45]/.test(line)
      // RFC 4954 §4: 334 asks for another response, in base64.
      if (authenticates && line.startsWith('334')) asksForMore = true
      return line
    },
  }
}
