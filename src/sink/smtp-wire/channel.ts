import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import type { Nanoseconds } from '../../clock.ts'
import { ByteWatch } from '../fault/byte-watch.ts'
import type { ByteFault, Ending } from '../fault/fault.ts'
import { lose } from '../fault/lose.ts'
import type { Gather } from '../gather.ts'
import type { Think } from '../think.ts'
import { type Reads, takeReads } from './reads.ts'

/** Input that waits beyond this stops the reading: the client's window fills. */
const HELD_MAX_BYTES = 64 * 1024
const FLOOD = 'x'.repeat(64 * 1024)

/**
 * Takes what came, and says how much of it: less than all only when the channel is held, or lost, by then.
 */
export type Hear = (chunk: Buffer) => number

/**
 * One connection, below its protocol and above TLS: replies to a group of commands leave in one write
 * (RFC 2920 §3.2), input waits while something is thought about, and faults at a byte spring.
 */
export class Channel {
  /** Called once, when the connection is gone. */
  onClose: () => void = () => {}
  readonly #raw: Socket
  readonly #think: Think
  readonly #gather: Gather
  readonly #hear: Hear
  readonly #flushNow = () => this.flush()
  /** The raw socket, or TLS on top of it. */
  #socket: Socket
  #reads: Reads | undefined
  #unsent = ''
  #held: Buffer | undefined
  #holds = 0
  #isDeaf = false
  /** Nothing leaves while a fault stalls. */
  #isMuted = false
  #afterStall: (() => void) | undefined
  #watchIn: ByteWatch | undefined
  #watchOut: ByteWatch | undefined

  constructor(raw: Socket, { think, gather }: { think: Think; gather: Gather }, hear: Hear) {
    this.#raw = raw
    this.#think = think
    this.#gather = gather
    this.#hear = hear
    this.#socket = raw
    // A client that resets its connection is the client's affair, and not this process's end.
    raw.on('error', () => {})
    raw.once('close', () => this.onClose())
  }

  /** Whether the client can still be answered. */
  get isOpen(): boolean {
    return this.#socket.writable && !this.#isDeaf
  }

  /** Whether input has to wait, or is not wanted any more. */
  get isHeld(): boolean {
    return this.#holds > 0 || this.#isDeaf
  }

  get isSecure(): boolean {
    return this.#socket !== this.#raw
  }

  /** Begins to read. */
  listen(): void {
    this.#reads = takeReads(this.#raw, this.#receive)
  }

  /** Waits for what begins a handshake, once what was said has left, and leaves it unread. */
  awaitFirstBytes(then: () => void): void {
    this.#whenSaid(() => {
      this.#reads?.end()
      this.#raw.once('readable', then)
    })
  }

  /** What springs on this connection after so many bytes. */
  arm(faults: readonly ByteFault[]): void {
    this.#watchIn = new ByteWatch(faults, 'in')
    this.#watchOut = new ByteWatch(faults, 'out')
  }

  /** Adds to what leaves with the next flush, in octets. It leaves by itself once the input at hand is read. */
  say(text: string): void {
    this.#unsent += text
  }

  flush(): void {
    const text = this.#unsent
    if (text === '' || this.#isMuted) return
    this.#unsent = ''
    if (this.#watchOut) this.#writeWatched(this.#watchOut, text)
    else this.#write(text)
  }

  /** Input waits until as many releases. */
  hold(): void {
    this.#holds++
  }

  release(): void {
    if (--this.#holds > 0) return
    const held = this.isOpen ? this.#held : undefined
    this.#held = undefined
    this.#reads?.resume()
    if (held) this.#pass(held)
    else this.flush()
  }

  /** Sends `text` byte by byte over `forNs`, then calls `done`. */
  drip(text: string, forNs: Nanoseconds, done: () => void): void {
    this.hold()
    let sent = 0
    const next = () => {
      if (!this.isOpen) return
      this.say(text.charAt(sent++))
      this.flush()
      if (sent < text.length) return this.#think(forNs / text.length, next)
      done()
      this.release()
    }
    next()
  }

  /** Loses the connection, once what was said has been handed over. */
  lose(ending: Ending): void {
    this.#leave(() => this.#end(ending))
  }

  /** Sends `text`, then loses the connection. */
  sayAndLose(text: string, ending: Ending): void {
    this.say(text)
    // Not before the kernel has it: a reset throws away what is still queued here.
    this.#leave(() => this.#socket.write('', () => this.#end(ending)))
  }

  /** Sends the beginning of a line, and goes on with it for as long as the client reads. */
  flood(start: string): void {
    this.say(start)
    const pour = () => {
      if (this.#socket.writable) this.#socket.write(FLOOD, 'latin1', pour)
    }
    this.#leave(() => {
      this.#reads?.resume()
      pour()
    })
  }

  /** Says good-bye; what still comes is not read. */
  close(): void {
    this.lose('half_close')
  }

  /** Forgets what came and was not read yet. */
  forget(): void {
    this.#held = undefined
  }

  /** Goes on under TLS; what nobody has read yet is its first record. */
  secure(secureContext: SecureContext, onSecure: () => void): void {
    this.#whenSaid(() => this.#wrap(secureContext, onSecure))
  }

  destroy(): void {
    // From the top: TLS closes what is below it.
    this.#socket.destroy()
  }

  #wrap(secureContext: SecureContext, onSecure: () => void): void {
    const raw = this.#raw
    // To start TLS on top of a socket that was destroyed crashes Node.
    if (raw.destroyed) return
    this.#reads?.end()
    const socket = new TLSSocket(raw, { isServer: true, secureContext })
    socket.on('error', () => {})
    socket.once('secure', onSecure)
    this.#socket = socket
    this.#reads = takeReads(socket, this.#receive)
  }

  /** The last thing that happens here. */
  #leave(then: () => void): void {
    this.#whenSaid(then)
    this.#isDeaf = true
    this.#held = undefined
  }

  /** Goes on once what was said has left: at once, but for a stall; never, when that was the end. */
  #whenSaid(then: () => void): void {
    this.flush()
    if (this.#isMuted) this.#afterStall = then
    else if (!this.#isDeaf) then()
  }

  readonly #receive = (chunk: Buffer): void => {
    if (this.#isDeaf) return
    if (this.#holds === 0) return this.#pass(chunk)
    this.#held = this.#held ? Buffer.concat([this.#held, chunk]) : chunk
    if (this.#held.length > HELD_MAX_BYTES) this.#reads?.pause()
  }

  #pass(chunk: Buffer): void {
    const taken = this.#watchIn ? this.#hearWatched(this.#watchIn, chunk) : this.#hear(chunk)
    if (taken < chunk.length && !this.#isDeaf) this.#held = chunk.subarray(taken)
    if (this.#unsent !== '') this.#gather(this.#flushNow)
  }

  #hearWatched(watch: ByteWatch, chunk: Buffer): number {
    let taken = 0
    while (taken < chunk.length && !this.isHeld) {
      const heard = this.#hear(chunk.subarray(taken, taken + watch.room(chunk.length - taken)))
      taken += heard
      const fault = watch.pass(heard)
      if (!fault || this.#isDeaf) continue
      this.flush()
      this.#spring(fault)
    }
    return taken
  }

  #writeWatched(watch: ByteWatch, text: string): void {
    const room = watch.room(text.length)
    this.#write(text.slice(0, room))
    this.#unsent = text.slice(room)
    const fault = watch.pass(room)
    if (fault) this.#spring(fault)
    this.flush()
  }

  #spring(fault: ByteFault['fault']): void {
    if (fault.kind !== 'stall') return this.#end(fault.kind)
    if (!this.#isMuted) this.hold()
    this.#isMuted = true
    this.#think(fault.forNs, () => {
      this.#isMuted = false
      this.flush()
      if (this.#isMuted) return
      const then = this.#afterStall
      this.#afterStall = undefined
      then?.()
      this.release()
    })
  }

  #write(text: string): void {
    if (!this.#socket.writable) return
    if (this.#socket.write(text, 'latin1')) return
    // A client that sends and does not read its replies is not read either.
    this.hold()
    this.#socket.once('drain', () => this.release())
  }

  #end(ending: Ending): void {
    this.#isDeaf = true
    this.#held = undefined
    this.#unsent = ''
    this.#afterStall = undefined
    this.#reads?.resume()
    lose(ending, this.#raw, this.#socket)
  }
}
