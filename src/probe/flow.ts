import type { Nanoseconds } from '../clock.ts'

/** One thing that happened on a connection, as a transcript shows it. */
export interface Line {
  readonly atNs: Nanoseconds
  readonly kind: 'sent' | 'received' | 'note'
  readonly isEncrypted: boolean
  readonly text: string
}

/** Makes lines of one direction's bytes, and knows of its protocol what must not, or need not, be shown. */
export interface View {
  sent(line: string): string | undefined
  received(line: string): string | undefined
}

/** A longer one is cut: a server may send any amount without an end. */
const LINE_BYTES_MAX = 8192

/** Splits a stream of bytes at its line ends. */
export function createLines(onLine: (line: string) => void) {
  let rest = ''
  return {
    feed(bytes: Buffer): void {
      const lines = (rest + bytes.toString('utf8')).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line.replace(/\r$/, ''))
      if (rest.length > LINE_BYTES_MAX) this.end()
    },
    /** What has no line end yet is a line too. */
    end(): void {
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}
