import type { Socket } from 'node:net'
import type { Ending } from './fault.ts'

/** A fatal alert instead of a ServerHello: handshake_failure (RFC 8446 §6.2), in a record of TLS 1.2 (§5.1). */
export const HANDSHAKE_FAILURE = '\x15\x03\x03\x00\x02\x02\x28'

/**
 * Ends a connection, or lets it fall silent. What still comes is thrown away, so that the client's own end
 * is noticed.
 * @param raw the socket of TCP
 * @param socket the same, or TLS on top of it
 */
export function lose(ending: Ending, raw: Socket, socket: Socket): void {
  socket.resume()
  // A reset is TCP's, whatever is spoken on top of it.
  if (ending === 'reset') raw.resetAndDestroy()
  else if (ending === 'end') socket.destroySoon()
  else if (ending === 'half_close') socket.end()
}
