import { expect, it } from 'vitest'
import { faultsLabel, faultsName } from './fault-label.ts'

it('says of each fault how often it happens, what it is, and where', () => {
  expect(
    faultsLabel([
      { at: 'any', do: 'reset', share: '1%' },
      { at: 'data', do: 'end', share: 0.05 },
      { at: ['sender', 'recipient'], do: 'unavailable', every: 100 },
      { at: { bytes_in: '10kb' }, do: 'stall', for: '2s', first: 3 },
      { at: { bytes_out: 7 }, do: 'silence' },
      { at: { each_bytes_in: '10kb' }, do: 'reset', share: '1%' },
      { at: 'content', do: 'unacknowledged', by: 'end' },
    ]),
  ).toBe(
    [
      '1% reset at any',
      '5% end at data',
      'every 100 unavailable at sender/recipient',
      'first 3 stall 2s after 10kb in',
      'silence after 7 out',
      '1% reset per 10kb in',
      'unacknowledged by end at content',
    ].join(' and '),
  )
  expect(faultsLabel([])).toBe('')
})

it('calls several faults that happen equally often by how often they do', () => {
  const reset = { at: 'any', do: 'reset', share: '1%' } as const
  const lost = { at: 'content', do: 'unacknowledged' } as const
  expect(faultsName([reset, { ...lost, share: 0.01 }])).toBe('faults-1%')
  expect(
    faultsName([
      { ...lost, every: 7 },
      { ...lost, by: 'end', every: 7 },
    ]),
  ).toBe('faults-every-7')
  expect(faultsName([{ at: 'content', do: 'unacknowledged', every: 20 }])).toBe('faults-every-20')
  for (const faults of [[], [reset], [reset, lost], [lost, lost]]) expect(faultsName(faults)).toBeUndefined()
})
