import { expect, test } from 'vitest'
import { fillerText, MIN_FILLER_BYTES } from './filler.ts'

const crlfBytes = (text: string) => Buffer.byteLength(text.replaceAll('\n', '\r\n'))

test('every size from the minimum on is met to the byte, with readable lines', () => {
  for (let sizeBytes = MIN_FILLER_BYTES; sizeBytes <= 1200; sizeBytes++) {
    const text = fillerText(sizeBytes)
    expect(crlfBytes(text), `${sizeBytes} bytes`).toBe(sizeBytes)
    const lines = text.split('\n')
    expect(lines.pop()).toBe('')
    for (const line of lines) expect(line, `${sizeBytes} bytes`).toMatch(/^[a-z][a-z ]{1,74}[a-z.]$/)
  }
})

test('a size below the minimum gives the minimum', () => {
  expect(crlfBytes(fillerText(0))).toBe(MIN_FILLER_BYTES)
  expect(crlfBytes(fillerText(-500))).toBe(MIN_FILLER_BYTES)
})

test('the same size gives the same text, and lines do not repeat', () => {
  expect(fillerText(100_000)).toBe(fillerText(100_000))
  const lines = fillerText(100_000).split('\n')
  expect(new Set(lines).size).toBe(lines.length)
})
