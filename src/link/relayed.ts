import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import { hasCode } from '../errors.ts'
import { encodePrelude, type Prelude } from '../prelude.ts'
import type { Parcel, Treatment } from './impairment.ts'
import { createLane, type Lane } from './lane.ts'
import type { Link } from './link.ts'
import type { ConnectionRecord } from './relay-recorder.ts'
import type { Releases } from './releases.ts'

export interface RelayedOptions {
  readonly id: number
  /** The client's end, just accepted; it may be half open. */
  readonly near: Socket
  /** Begins to connect to the server. */
  readonly connectFar: () => Socket
  readonly treatment: Treatment
  readonly windowBytes: Link['windowBytes']
  readonly record: ConnectionRecord
  readonly releases: Releases
  readonly clock: Clock
  /** The client has left, and the link does not tell the server: nobody will ever close this connection. */
  readonly onOrphan: () => void
  /** Both ends are closed. */
  readonly onClose: () => void
}

/** Sends an RST, unless the socket is being shut down, which libuv cannot interrupt so. */
function reset(socket: Socket | undefined): void {
  if (!socket || socket.destroyed) return
  if (socket.writableEnded && !socket.writableFinished) socket.destroy()
  else socket.resetAndDestroy()
}

/**
 * One connection through a relay. The handshake takes the way of the bytes: what would be the SYN goes up and
 * makes the far end connect; its answer comes down as the prelude, by which the dialer knows when and whether it
 * is connected. What the ends do, FIN and RST included, travels likewise.
 */
export class Relayed {
  readonly #options: RelayedOptions
  readonly #up: Lane
  readonly #down: Lane
  #far: Socket | undefined
  #prelude: Prelude

  constructor(options: RelayedOptions) {
    const { id, near, treatment, windowBytes, record, releases, clock, onOrphan } = options
    this.#options = options
    this.#prelude = { status: 'established', id }
    this.#up = createLane({
      source: () => near,
      pass: treatment.up,
      windowBytes: windowBytes.up,
      releases,
      clock,
      arrive: parcel => this.#arriveUp(parcel),
      lose: ({ kind }) => {
        if (kind === 'end' || kind === 'reset') onOrphan()
      },
    })
    this.#down = createLane({
      source: () => this.#far,
      pass: treatment.down,
      windowBytes: windowBytes.down,
      releases,
      clock,
      arrive: parcel => this.#arriveDown(parcel),
      lose() {},
    })
    near.on('data', bytes => record.up(bytes.length))
    this.#attend(near, 'client', this.#up)
    near.on('error', () => {
      record.end('client', 'reset')
      this.#up.send('reset')
    })
  }

  /** Sends the SYN, so to speak. */
  open(): void {
    this.#up.send('open')
  }

  /** Resets both ends: the link's own doing. */
  cut(): void {
    this.#options.record.end('link', 'reset')
    reset(this.#options.near)
    reset(this.#far)
  }

  /** Drops both ends, and what is under way. */
  destroy(): void {
    this.#options.near.destroy()
    this.#far?.destroy()
  }

  /** Sends on what comes from an end, its FIN included. */
  #attend(socket: Socket, who: 'client' | 'server', lane: Lane): void {
    const { near, record, onClose } = this.#options
    socket.on('data', bytes => lane.send('bytes', bytes))
    socket.once('end', () => {
      record.end(who, 'closed')
      lane.send('end')
    })
    socket.once('close', () => {
      if (near.destroyed && (this.#far?.destroyed ?? true)) onClose()
    })
  }

  #openFar(): Socket {
    const { id, record, connectFar } = this.#options
    const far = connectFar()
    let isOpen = false
    this.#attend(far, 'server', this.#down)
    far.once('connect', () => {
      isOpen = true
      this.#down.send('open')
    })
    far.on('error', error => {
      record.end('server', isOpen ? 'reset' : 'refused')
      if (isOpen) return this.#down.send('reset')
      this.#prelude = { status: 'refused', id, code: hasCode(error) ? error.code : 'ECONNREFUSED' }
      this.#down.send('open')
    })
    return far
  }

  /** The link's own answer to a SYN. */
  #refuse(): void {
    const { id, record } = this.#options
    record.end('link', 'refused')
    this.#prelude = { status: 'refused', id, code: 'ECONNREFUSED' }
    this.#down.send('open')
  }

  #arriveUp({ kind, bytes }: Parcel): void {
    const far = this.#far
    if (kind === 'cut') return this.cut()
    if (kind === 'refuse') return this.#refuse()
    if (kind === 'open') {
      // A client that has gone while its SYN travelled needs no server.
      if (!this.#options.near.destroyed) this.#far = this.#openFar()
    } else if (!far || far.destroyed) return
    else if (kind === 'bytes') far.write(bytes, () => this.#up.handOn(bytes.length))
    else if (kind === 'end') far.end()
    else reset(far)
  }

  #arriveDown({ kind, bytes }: Parcel): void {
    const { near, record } = this.#options
    if (kind === 'cut') return this.cut()
    if (near.destroyed) return
    if (kind === 'bytes') {
      record.down(bytes.length)
      near.write(bytes, () => this.#down.handOn(bytes.length))
    } else if (kind === 'end') near.end()
    else if (kind === 'reset') reset(near)
    else if (this.#prelude.status === 'refused') near.end(encodePrelude(this.#prelude))
    else {
      record.opened()
      near.write(encodePrelude(this.#prelude))
    }
  }
}
