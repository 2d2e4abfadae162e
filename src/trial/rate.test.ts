import { describe, expect, it } from 'vitest'
import { mailersend } from '../provider/mailersend.ts'
import { resend } from '../provider/resend.ts'
import { sendgrid } from '../provider/sendgrid.ts'
import { ses } from '../provider/ses.ts'
import { asked, documented, ratesInWords, submissionsPerS, unlimited } from './rate.ts'

describe('submissions a second', () => {
  it.each([
    ['one by one, as many as calls', documented(resend, 'http'), 1, 1, 4.5],
    ['in batches, as many as fill the calls', documented(resend, 'http'), 100, 1, 450],
    ['to several recipients, as many as calls all the same', documented(resend, 'http'), 100, 50, 450],
    ['where messages count, each recipient', documented(ses, 'http'), 1, 4, 0.225],
    ['where messages count, no more in batches', documented(ses, 'http'), 50, 4, 0.225],
    ['in batch calls that have a limit of their own, no other', documented(mailersend, 'http'), 500, 2, 75],
    [
      'by SMTP, where only calls are limited, as if they were messages',
      documented(resend, 'smtp'),
      1,
      9,
      0.5,
    ],
    ['as a plan asks, of messages', asked(20), 10, 2, 10],
    [
      'where nothing is documented, without end',
      documented(sendgrid, 'http'),
      1,
      1,
      Number.POSITIVE_INFINITY,
    ],
    ['where a plan asks for none, without end', unlimited, 1000, 1, Number.POSITIVE_INFINITY],
  ] as const)('%s', (_what, rates, batch, recipients, expected) => {
    expect(submissionsPerS(rates, batch, recipients)).toBeCloseTo(expected)
  })
})

it('is told in its own units', () => {
  expect(ratesInWords(documented(resend, 'http'))).toBe('4.5 calls/s')
  expect(ratesInWords(documented(ses, 'http'))).toBe('0.9 messages/s')
  expect(ratesInWords(documented(mailersend, 'http'))).toBe('1.8 calls/s, 1.8 messages/s, 0.15 batch calls/s')
  expect(ratesInWords(asked(20))).toBe('20 messages/s')
  expect(ratesInWords(unlimited)).toBe('')
})
