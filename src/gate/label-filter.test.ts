import { describe, expect, test } from 'vitest'
import { exampleLabelRow } from '../report/label-row.fixture.ts'
import { matches, parseLabelFilter, whyNone } from './label-filter.ts'

const near = exampleLabelRow({
  label: 'smtp wire pipelined',
  client: 'wire',
  mode: 'pipelined',
  link_rtt_ms: 20,
})
const far = exampleLabelRow({ label: 'http undici', transport: 'http', client: 'undici', link_rtt_ms: 100 })

describe('a filter', () => {
  test.each([
    ['transport:smtp', [true, false]],
    ['transport:smtp,mode:pipelined', [true, false]],
    ['transport:http , mode:pipelined', [false, false]],
    ['transport:*', [true, true]],
    ['mode:*', [true, false]],
    ['label:*wire*', [true, false]],
    ['label:wire', [false, false]],
    ['label:"smtp wire pipelined"', [true, false]],
    ['link_rtt_ms:20', [true, false]],
    ['link.rtt:100ms', [false, true]],
    ['link_rtt:*0', [true, true]],
  ])('{%s}', (text, expected) => {
    const filter = parseLabelFilter(text)
    expect([near, far].map(row => matches(filter, row))).toEqual(expected)
  })

  test('takes what a regular expression would read as more for itself', () => {
    const row = exampleLabelRow({ label: 'a.b (c) a,b' })
    expect(matches(parseLabelFilter('label:"a.b (c) a,b"'), row)).toBe(true)
    expect(matches(parseLabelFilter('label:"aXb (c) a,b"'), row)).toBe(false)
  })

  test.each([
    ['', /filters nothing/],
    ['smtp', /is no filter/],
    ['transport:', /is no filter/],
    ['transport:smtp,', /is no filter/],
    ['label:"a', /is no filter/],
    ['latency:3', /"latency" .* is no column of a condition: known are label, transport, client/],
  ])('{%s} is refused in one line', (text, words) => {
    expect(() => parseLabelFilter(text)).toThrow(words)
  })

  test('says which of its terms no label fulfils, and what there is instead', () => {
    expect(whyNone(parseLabelFilter('transport:smtp,client:wird'), [near, far])).toBe(
      'no label matches {transport:smtp,client:wird}: client is wire, undici',
    )
    expect(whyNone(parseLabelFilter('transport:http,client:wire'), [near, far])).toBe(
      'no label matches all of {transport:http,client:wire}',
    )
    expect(whyNone(parseLabelFilter('provider:ses'), [near, far])).toBe(
      'no label matches {provider:ses}: provider is empty',
    )
  })
})
