import type { Socket } from 'node:net'
import { Writable } from 'node:stream'
import { beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../clock.ts'
import type { Template } from '../../message/message.ts'
import { generic } from '../../provider/generic.ts'
import { templateOf } from '../contract.ts'
import { createWatch } from '../watch.ts'
import { createRequestEncoder } from './request-encoder.ts'
import { RequestWriter } from './request-writer.ts'
import { WireAttempt } from './wire-attempt.ts'

const HIGH_WATER_MARK_BYTES = 16 * 1024

const encode = createRequestEncoder({ provider: generic, host: 'x', fields: [] })
let template: Template
beforeAll(async () => {
  template = await templateOf({ sizeBytes: 4096 })
})

/** A socket that passes nothing on until it is told to. */
class SlowSocket extends Writable {
  readonly chunks: Buffer[] = []
  #done: (() => void) | undefined

  constructor() {
    super({ highWaterMark: HIGH_WATER_MARK_BYTES })
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk)
    this.#done = done
  }

  /** Passes all of it on. */
  async release(): Promise<void> {
    while (this.writableLength > 0) {
      this.#done?.()
      await new Promise(setImmediate)
    }
  }

  get octets(): string {
    return Buffer.concat(this.chunks).toString('latin1')
  }
}

function openWriter() {
  const socket = new SlowSocket()
  const flushes: number[] = []
  const writer = new RequestWriter({
    socket: socket as unknown as Socket,
    clock: systemClock,
    expectsContinue: false,
    onFlushed: () => void flushes.push(socket.writableLength),
  })
  return { socket, writer, flushes }
}

function attempts(from: number, to: number): WireAttempt[] {
  const { signal } = new AbortController()
  using watch = createWatch({ timeoutNs: 1e9, clock: systemClock, signal })
  return Array.from({ length: to - from }, (_, i) => {
    const attempt = new WireAttempt(from + i, watch, false)
    attempt.form = encode(template.message(from + i))
    attempt.enter('queue', systemClock.nowNs())
    return attempt
  })
}

/** The indexes of the messages whose requests were written, in their order. */
const indexesIn = (octets: string) =>
  [...octets.matchAll(/X-Mailbench-Id":"\w+-\w+-(\w+)/g)].map(([, digits]) =>
    Number.parseInt(digits ?? '', 16),
  )

const phasesOf = (all: readonly WireAttempt[]) =>
  all.map(({ times, handedOver }) => [times.current, handedOver])

describe('the writer of requests', () => {
  it('leaves alone what the socket has not let go of', async () => {
    const { socket, writer } = openWriter()
    for (const index of [1, 2, 3]) expect(writer.write(attempts(index, index + 1))).toBe(1)
    await socket.release()
    expect(indexesIn(socket.octets)).toEqual([1, 2, 3])
    writer.write(attempts(4, 6))
    await socket.release()
    expect(indexesIn(socket.octets)).toEqual([1, 2, 3, 4, 5])
  })

  it('writes several requests as one', () => {
    const { socket, writer } = openWriter()
    const three = attempts(7, 10)
    expect(writer.write(three)).toBe(3)
    expect(socket.chunks).toHaveLength(1)
    expect(indexesIn(socket.octets)).toEqual([7, 8, 9])
    expect(phasesOf(three)).toEqual(three.map(() => ['wait', true]))
  })

  it('writes no more behind a request that does not go out, and hands that over when it has', async () => {
    const { socket, writer, flushes } = openWriter()
    const six = attempts(0, 6)
    const count = writer.write(six)
    expect(count).toBeLessThan(6)
    expect(writer.isClogged).toBe(true)
    expect(phasesOf(six)).toEqual(
      six.map((_, i) => (i < count - 1 ? ['wait', true] : [i === count - 1 ? 'send' : 'queue', false])),
    )
    await socket.release()
    expect(writer.isClogged).toBe(false)
    expect(flushes).toEqual([0])
    expect(phasesOf(six.slice(0, count))).toEqual(six.slice(0, count).map(() => ['wait', true]))
    expect(indexesIn(socket.octets)).toEqual(six.slice(0, count).map(({ index }) => index))
  })
})
