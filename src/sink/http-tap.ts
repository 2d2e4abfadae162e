import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Nanoseconds } from '../clock.ts'
import { ByteWatch } from './fault/byte-watch.ts'
import { type ByteFault, type Damage, type Ending, GARBAGE } from './fault/fault.ts'
import { lose } from './fault/lose.ts'
import type { Think } from './think.ts'

type Done = (error?: Error | null) => void

const FLOOD = Buffer.alloc(64 * 1024, 'x')
/** Of a status line that never ends. */
const ENDLESS = 'HTTP/1.1 202 '

/**
 * Stands between a connection and the server that speaks HTTP on it, above TLS: faults get their hands on its
 * bytes here. Only where a script has faults, since it costs each message more than the rest of the sink does.
 */
export class HttpTap extends Duplex {
  /** Neither read nor answered any more. */
  isLost = false
  readonly #raw: Socket
  readonly #socket: Socket
  readonly #think: Think
  readonly #in: ByteWatch
  readonly #out: ByteWatch
  /** What goes on once input, or output, is let through again; undefined while it is. */
  #heldIn: (() => void)[] | undefined
  #heldOut: (() => void)[] | undefined
  #damage: Damage | undefined

  /** @param socket the raw one, or TLS on top of it */
  constructor(raw: Socket, socket: Socket, think: Think, faults: readonly ByteFault[]) {
    super()
    this.#raw = raw
    this.#socket = socket
    this.#think = think
    this.#in = new ByteWatch(faults, 'in')
    this.#out = new ByteWatch(faults, 'out')
    this.on('error', () => {})
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('end', () => this.#receive(null))
    socket.on('close', () => this.destroy())
  }

  /** Ends the connection, or lets it fall silent. */
  lose(ending: Ending): void {
    this.isLost = true
    lose(ending, this.#raw, this.#socket)
  }

  /** The next bytes that are written are one response: they come like this. */
  damageNext(damage: Damage): void {
    this.#damage = damage
  }

  /** Writes bytes that no server has made. */
  inject(bytes: string): void {
    this.#send(Buffer.from(bytes, 'latin1'), () => {})
  }

  override _read(): void {
    if (!this.#heldIn) this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    const damage = this.#damage
    this.#damage = undefined
    if (damage) this.#sendDamaged(damage, chunk, done)
    else this.#send(chunk, done)
  }

  override _final(done: Done): void {
    if (!this.isLost) this.#socket.end()
    done()
  }

  override _destroy(error: Error | null, done: Done): void {
    if (!this.isLost) this.#socket.destroy()
    done(error)
  }

  #receive(chunk: Buffer | null): void {
    if (this.isLost) return
    if (this.#heldIn) return void this.#heldIn.push(() => this.#receive(chunk))
    if (chunk === null) return void this.push(null)
    const room = this.#in.room(chunk.length)
    if (!this.push(chunk.subarray(0, room))) this.#socket.pause()
    const fault = this.#in.pass(room)
    if (fault) {
      this.#holdInput()
      // What came before this byte is answered first, as far as that needs no waiting.
      setImmediate(() => this.#spring(fault))
    }
    if (room < chunk.length) this.#receive(chunk.subarray(room))
  }

  #holdInput(): void {
    this.#heldIn ??= []
    this.#socket.pause()
  }

  #spring(fault: ByteFault['fault']): void {
    if (fault.kind !== 'stall') return this.lose(fault.kind)
    this.#holdInput()
    this.#heldOut ??= []
    this.#think(fault.forNs, () => {
      const held = [...(this.#heldOut ?? []), ...(this.#heldIn ?? [])]
      this.#heldOut = undefined
      this.#heldIn = undefined
      for (const go of held) go()
      if (!this.#heldIn) this.#socket.resume()
    })
  }

  #send(bytes: Buffer, done: Done): void {
    // A lost connection swallows what is written, as a dead peer does.
    if (this.isLost) return done()
    if (this.#heldOut) return void this.#heldOut.push(() => this.#send(bytes, done))
    const room = this.#out.room(bytes.length)
    if (room === bytes.length) this.#socket.write(bytes, done)
    else this.#socket.write(bytes.subarray(0, room))
    const fault = this.#out.pass(room)
    if (fault) this.#spring(fault)
    if (room < bytes.length) this.#send(bytes.subarray(room), done)
  }

  #sendDamaged(damage: Damage, bytes: Buffer, done: Done): void {
    switch (damage.kind) {
      case 'truncate':
        return this.#send(bytes.subarray(0, bytes.length >> 1), () => this.lose('reset'))
      case 'garbage':
        return this.#send(Buffer.from(GARBAGE, 'latin1'), done)
      case 'endless':
        return this.#flood()
      case 'repeat':
        return this.#send(Buffer.concat([bytes, bytes]), done)
      case 'drip':
        return this.#drip(bytes, damage.forNs / bytes.length, done)
    }
  }

  #drip(bytes: Buffer, gapNs: Nanoseconds, done: Done): void {
    // Nobody is there any more.
    if (this.destroyed) return done()
    if (bytes.length <= 1) return this.#send(bytes, done)
    this.#send(bytes.subarray(0, 1), () => {})
    this.#think(gapNs, () => this.#drip(bytes.subarray(1), gapNs, done))
  }

  #flood(): void {
    this.isLost = true
    const socket = this.#socket.resume()
    const pour = () => {
      if (socket.writable) socket.write(FLOOD, pour)
    }
    socket.write(ENDLESS, pour)
  }
}
