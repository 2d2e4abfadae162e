import { expect, it } from 'vitest'
import { answerOf } from '../../claims/answer.ts'
import { answerChart } from './answer-chart.ts'
import { wholeRun } from './whole-run.fixture.ts'

it('draws an image that needs no page: its own colours for light and dark, and a name for each side', () => {
  const answer = answerOf([wholeRun()])
  if (!answer) throw new Error('nothing was answered')
  const image = answerChart(answer)
  expect(image).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/)
  for (const [, name] of image.matchAll(/var\(--(\w+)\)/g)) expect(image).toContain(`--${name}:`)
  expect(image).toContain('prefers-color-scheme:dark')
  expect(image).toMatch(/>SMTP<.*\n.*>API</)
  expect(image).not.toMatch(/data-marks|<script|href=/)
  expect(answerChart(answer)).toBe(image)
})
