import { connect } from 'node:net'
import type { Endpoint } from '../sink.ts'

/** `ended`: the sink closed its side; `reset`: the connection is gone. */
export type ConnectionState = 'open' | 'ended' | 'reset'

/** A client that only looks: raw TCP, its own side open for as long as it likes. */
export interface Observer extends Disposable {
  say(text: string): void
  /** Octets, one a character. */
  heard(): string
  /** What was heard since the last call, or since the start. */
  news(): string
  state(): ConnectionState
  /** Resolves once `isSeen` holds; looks again whenever anything happens. */
  see(isSeen: (observer: Observer) => boolean): Promise<void>
}

export function observe({ host, port }: Pick<Endpoint, 'host' | 'port'>): Observer {
  const socket = connect({ host, port, noDelay: true, allowHalfOpen: true })
  let text = ''
  let told = 0
  let state: ConnectionState = 'open'
  let lookers: (() => void)[] = []

  function happen(change?: ConnectionState): void {
    if (change && state !== 'reset') state = change
    for (const look of lookers) look()
  }
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    happen()
  })
  socket.on('end', () => happen('ended'))
  socket.on('error', () => happen('reset'))

  const observer: Observer = {
    say: words => void socket.write(words, 'latin1'),
    heard: () => text,
    news() {
      const fresh = text.slice(told)
      told = text.length
      return fresh
    },
    state: () => state,
    see: isSeen =>
      new Promise(resolve => {
        const look = () => {
          if (!isSeen(observer)) return
          lookers = lookers.filter(other => other !== look)
          resolve()
        }
        lookers.push(look)
        look()
      }),
    [Symbol.dispose]: () => void socket.destroy(),
  }
  return observer
}
