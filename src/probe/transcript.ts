import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Clock, Nanoseconds } from '../clock.ts'
import type { Tap } from '../dial/tap.ts'
import { type Encryption, encryptionOf, handshakeTrips } from './encryption.ts'
import { createLines, type Line, type View } from './flow.ts'

/** A round trip that somebody waited for, and when it was over. */
export interface Trip {
  readonly atNs: Nanoseconds
  /** Of what is no answer: the connection itself. */
  readonly of?: 'connect' | 'tls'
}

export interface Transcript extends Tap {
  readonly lines: readonly Line[]
  readonly trips: readonly Trip[]
  /** undefined in clear text. */
  readonly encryption: Encryption | undefined
  note(text: string): void
  /** Nothing more will be said. */
  end(): void
}

/** Of one line that a server says, and of all of them: far more than any needs to say, and less than hides the rest. */
const LINE_MAX = 2000
const RECEIVED_MAX = 32 * 1024
/** What a line takes beside its text, so that empty ones count as well. */
const LINE_OVERHEAD = 32

const cut = (line: string) =>
  line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)} [${line.length - LINE_MAX} more characters]` : line

/**
 * Writes down what is said on one connection, and counts its round trips: one for TCP, those of TLS, one when the
 * server speaks first, and one each time that it answers what was said since it last spoke.
 * @param mask takes secrets out of a line
 */
export function createTranscript(view: View, mask: (text: string) => string, clock: Clock): Transcript {
  const lines: Line[] = []
  const trips: Trip[] = []
  let isOpen = false
  let encryption: Encryption | undefined
  let hasAsked = false
  let hasSpoken = false

  function add(kind: Line['kind'], text: string | undefined, atNs = clock.nowNs()): void {
    if (text === undefined) return
    lines.push({ atNs, kind, isEncrypted: encryption !== undefined, text: mask(text) })
  }
  let saidNs: Nanoseconds = 0
  const up = createLines(line => add('sent', view.sent(line), saidNs))
  let leftCharacters = RECEIVED_MAX
  const down = createLines(line => {
    // Masked before anything is cut: half a secret would not be known for one.
    const text = view.received(mask(line))
    if (text === undefined || leftCharacters <= 0) return
    const shown = cut(text)
    leftCharacters -= shown.length + LINE_OVERHEAD
    add('received', shown, saidNs)
    if (leftCharacters <= 0) add('note', 'the server says more than is shown here', saidNs)
  })

  return {
    lines,
    trips,
    get encryption() {
      return encryption
    },
    opened(socket: Socket, atNs) {
      if (!isOpen) {
        trips.push({ atNs, of: 'connect' })
        add('note', `connected from ${socket.localAddress}:${socket.localPort}`, atNs)
      }
      isOpen = true
      if (!(socket instanceof TLSSocket)) return
      encryption = encryptionOf(socket)
      for (let i = 0; i < handshakeTrips(encryption); i++) trips.push({ atNs, of: 'tls' })
      const { protocol, cipher, subject, issuer } = encryption
      add('note', `${protocol} ${cipher}, certificate of ${subject} by ${issuer}`, atNs)
    },
    sent(bytes, atNs) {
      down.end()
      saidNs = atNs
      hasAsked = true
      hasSpoken = true
      up.feed(bytes)
    },
    received(bytes, atNs) {
      up.end()
      saidNs = atNs
      if (hasAsked || !hasSpoken) trips.push({ atNs })
      hasAsked = false
      hasSpoken = true
      down.feed(bytes)
    },
    note: text => add('note', text),
    end() {
      up.end()
      down.end()
    },
  }
}
