import { expect, it } from 'vitest'
import { createPlate } from '../../message/plate.ts'
import { Outgoing } from './outgoing.ts'

const plate = createPlate({ bytes: Buffer.from('id: 00000000\r\nbody'), indexOffsets: [4] })

it('puts together commands, beginnings and bodies in their order', () => {
  const out = new Outgoing(() => true)
  expect(out.isEmpty).toBe(true)
  out.commands('DATA\r\n')
  out.commands('<δ>\r\n', 'utf8')
  out.print(plate, 0x2a)
  out.copy(plate.shared)
  expect(out.isEmpty).toBe(false)
  expect(out.take().toString()).toBe('DATA\r\n<δ>\r\nid: 0000002a\r\nbody')
  expect(out.isEmpty).toBe(true)
})

it('grows with what it is given', () => {
  const out = new Outgoing(() => true)
  const large = Buffer.alloc(10_000, 'x')
  out.commands('a'.repeat(5000))
  out.copy(large)
  out.commands('ä'.repeat(5000), 'utf8')
  expect(out.take().toString()).toBe('a'.repeat(5000) + 'x'.repeat(10_000) + 'ä'.repeat(5000))
})

it('leaves alone what the socket still reads from, and uses the buffer again when it has done so', () => {
  let isTaken = false
  const out = new Outgoing(() => isTaken)
  out.commands('first')
  const first = out.take()
  out.commands('second')
  const second = out.take()
  expect([first.toString(), second.toString()]).toEqual(['first', 'second'])
  isTaken = true
  out.commands('third')
  const third = out.take()
  expect(third.toString()).toBe('third')
  expect(third.buffer).toBe(second.buffer)
  expect(third.buffer).not.toBe(first.buffer)
})
