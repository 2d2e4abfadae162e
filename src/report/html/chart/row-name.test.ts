import { expect, it } from 'vitest'
import { ROW_LINES } from './chart.ts'
import { nameWidthOf, rowName } from './row-name.ts'

it.each([
  ['SMTP nodemailer', 'SMTP nodemailer'],
  ['SMTP nodemailer, kept connection', 'SMTP nodemailer,\nkept connection'],
  ['0 ms RTT, new connection', '0 ms RTT, new\nconnection'],
])('breaks “%s” at spaces', (name, expected) => {
  expect(rowName(name, 130)).toBe(expected)
})

it('never needs more lines than a row has, whatever a label is called', () => {
  const words = ['a', 'SMTP', 'nodemailer-raw,', 'x'.repeat(70), '<b>', '5%', 'connection']
  for (let i = 0; i < 500; i++) {
    const name = Array.from({ length: i % 17 }, (_, j) => words[(i * 7 + j * j) % words.length]).join(' ')
    for (const width of [120, 133, 162]) {
      const lines = rowName(name, width).split('\n')
      expect(lines.length).toBeLessThanOrEqual(ROW_LINES)
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.floor(width / 7))
    }
  }
})

it('keeps both ends of a name that is too long: labels of one base differ at their ends', () => {
  const name = rowName(`begin ${'middle '.repeat(20)}end`, 130)
  expect(name).toMatch(/^begin/)
  expect(name).toMatch(/end$/)
})

it('gives long names more room', () => {
  expect(nameWidthOf(['short'], 360)).toBeLessThan(nameWidthOf(['short', 'x'.repeat(50)], 360))
})
