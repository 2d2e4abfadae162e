import { closeSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import type { Nanoseconds } from '../clock.ts'
import type { Attempted, Sample } from '../sample.ts'
import { msOf } from '../units.ts'
import { SampleWords } from './sample-words.ts'
import type { SampleRow } from './schema.ts'

/** What the rows of a trial have in common. */
export interface SpooledTrial {
  readonly trial: number
  /** When the measured part began: instants count from it, as in every other file. A warm-up's are negative. */
  readonly beginNs: Nanoseconds
  readonly messageIdOf: (index: number) => string
}

/**
 * Where a trial's submissions wait, on disk, until it has ended: samples.csv.gz holds whole trials only, and
 * from when a trial's instants count is known only after its warm-up. Memory does not grow with them.
 */
export interface SampleSpool extends Disposable {
  /** A trial begins: what the one before left is gone. */
  begin(): void
  /** It has ended. Each of its attempts is a row, where there was more than one. */
  add(sample: Sample): void
  /** It came due, and was never sent. */
  addDropped(index: number, dueNs: Nanoseconds): void
  /** All of the trial, in the order in which they ended. @throws the system's error, if the disk refused any */
  rows(trial: SpooledTrial): Generator<SampleRow>
}

/** An attempt is eight numbers: it costs next to nothing while others are being measured. */
const FIELDS = 8
/**
 * 32 KB. Written at once, and not by the way: into the system's cache it takes 12 us, less than a message does;
 * what would wait for a slow disk would have to be held in memory.
 */
const BLOCK_ROWS = 512
const BLOCK_BYTES = BLOCK_ROWS * FIELDS * Float64Array.BYTES_PER_ELEMENT

const orNull = (value: number) => (Number.isNaN(value) ? null : value)

class FileSpool implements SampleSpool {
  readonly #fd: number
  readonly #block = new Float64Array(BLOCK_ROWS * FIELDS)
  #words = new SampleWords()
  #blockRows = 0
  #writtenBytes = 0
  /** The disk refused: it is told when the trial has ended, since nothing can be told while it is measured. */
  #fault: unknown

  constructor(fd: number) {
    this.#fd = fd
  }

  begin(): void {
    this.#words = new SampleWords()
    this.#blockRows = 0
    this.#writtenBytes = 0
    this.#fault = undefined
    ftruncateSync(this.#fd)
  }

  add({ index, dueNs, startNs, endNs, attempt, reply }: Sample): void {
    if (!reply.attempts) return this.#add(index, dueNs, attempt, { startNs, endNs, reply })
    for (const [i, attempted] of reply.attempts.entries()) this.#add(index, dueNs, i + 1, attempted)
  }

  #add(index: number, dueNs: Nanoseconds, attempt: number, { startNs, endNs, reply }: Attempted): void {
    const at = this.#next()
    const block = this.#block
    block[at] = index
    block[at + 1] = dueNs
    block[at + 2] = startNs
    block[at + 3] = endNs
    block[at + 4] = this.#words.pack(reply.outcome, reply)
    block[at + 5] = reply.code ?? Number.NaN
    block[at + 6] = reply.connectionId
    block[at + 7] = attempt
  }

  addDropped(index: number, dueNs: Nanoseconds): void {
    const { NaN: none } = Number
    this.#block.set([index, dueNs, none, none, this.#words.pack('dropped'), none, 0, 0], this.#next())
  }

  /** Where the next submission goes in the block. */
  #next(): number {
    if (this.#blockRows === BLOCK_ROWS) this.#write()
    this.#blockRows += 1
    return (this.#blockRows - 1) * FIELDS
  }

  #write(): void {
    const bytes = new Uint8Array(this.#block.buffer, 0, (this.#blockRows * BLOCK_BYTES) / BLOCK_ROWS)
    this.#blockRows = 0
    if (this.#fault !== undefined) return
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#fd, bytes, done, bytes.length - done, this.#writtenBytes + done)
      this.#writtenBytes += bytes.length
    } catch (error) {
      this.#fault = error
    }
  }

  *rows(trial: SpooledTrial): Generator<SampleRow> {
    this.#write()
    if (this.#fault !== undefined) throw this.#fault
    const block = new Float64Array(BLOCK_ROWS * FIELDS)
    for (let at = 0; at < this.#writtenBytes; at += BLOCK_BYTES) {
      const length = Math.min(BLOCK_BYTES, this.#writtenBytes - at)
      readSync(this.#fd, new Uint8Array(block.buffer, 0, length), { position: at })
      const fields = length / Float64Array.BYTES_PER_ELEMENT
      for (let i = 0; i < fields; i += FIELDS) yield this.#rowOf(block.subarray(i, i + FIELDS), trial)
    }
  }

  #rowOf(fields: Float64Array, { trial, beginNs, messageIdOf }: SpooledTrial): SampleRow {
    const [index = 0, dueNs = 0, startNs = 0, endNs = 0, words = 0, code = 0, connectionId, attempt = 0] =
      fields
    return {
      trial,
      index,
      message_id: messageIdOf(index),
      due_ms: msOf(dueNs - beginNs),
      start_ms: orNull(msOf(startNs - beginNs)),
      end_ms: orNull(msOf(endNs - beginNs)),
      ...this.#words.unpack(words),
      code: orNull(code),
      connection_id: connectionId || null,
      attempt,
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }
}

/** Opens a spool in a file that has no name any more: whatever ends the process, nothing of it is left. */
export function openSampleSpool(path: string): SampleSpool {
  const fd = openSync(path, 'wx+')
  rmSync(path)
  return new FileSpool(fd)
}
