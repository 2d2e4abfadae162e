import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { faultKindNames, faultKinds, stepNames, steps } from './fault.ts'
import { stepsAt } from './fault-place.ts'
import { faultsSpec } from './fault-spec.ts'

/** `0.field: words` of the first thing that is wrong. */
function complaint(...faults: object[]): string {
  const issue = faultsSpec.safeParse(faults).error?.issues[0]
  return issue ? `${issue.path.join('.')}: ${issue.message}` : 'none'
}

describe("a script's faults", () => {
  it.each([
    [{ at: 'data', do: 'reset', share: '1%' }],
    [{ at: 'data', do: 'reset', share: 0.01 }],
    [{ at: ['sender', 'recipient'], do: 'unavailable', every: 10 }],
    [{ at: { bytes_in: 1000 }, do: 'stall', for: '2s', first: 3 }],
    [{ at: { bytes_out: '10kb' }, do: 'half_close' }],
    [{ at: { each_bytes_in: '10kb' }, do: 'reset', share: '0.1%' }],
    [{ at: 'any', do: 'drip', for: '1s' }],
    [{ at: 'link', do: 'refuse', share: '1%' }],
    [{ at: { link_up: 2000 }, do: 'silence' }],
    [{ at: { each_link_down: '10kb' }, do: 'reset', share: '1%' }],
    [{ at: 'data', do: 'reset', every: 10, persists: true }],
    [{ at: 'content', do: 'unacknowledged', by: 'silence' }],
    [{ at: 'tls', do: 'bad_handshake' }],
    [{ at: 'connect', do: 'refuse', first: 1 }],
    [{ at: 'any', do: 'defer', share: '1%' }],
    [{ at: 'content', do: 'throttle', for: '2s' }],
  ])('are taken as they are written: %j', fault => {
    expect(faultsSpec.parse([fault])).toEqual([fault])
  })

  it.each([
    [
      { do: 'reset' },
      /^0\.at: must be connect, .*, any, link, a list of steps, or a mapping with one of bytes_in, .*, each_link_down$/,
    ],
    [{ at: 'dta', do: 'reset' }, /^0\.at: must be connect, /],
    [{ at: { bytes_in: 0 }, do: 'reset' }, /^0\.at\.bytes_in: must be a whole number of at least 1$/],
    [{ at: 'data', do: 'crash' }, /^0\.do: .*expected one of "refuse"\|"reset"/],
    [{ at: 'data', do: 'stall' }, /^0\.for: stall needs a time, such as 2s$/],
    [{ at: 'data', do: 'stall', for: '0s' }, /^0\.for: must be longer than 0$/],
    [
      { at: 'data', do: 'reset', for: '2s' },
      /^0\.for: only stall, drip and throttle have a time: take it out$/,
    ],
    [{ at: 'data', do: 'reset', by: 'end' }, /^0\.by: only unacknowledged /],
    [{ at: 'data', do: 'reset', share: '2' }, /^0\.share: .*is no share/],
    [{ at: 'data', do: 'reset', share: '1%', first: 2 }, /^0\.first: give one of share, every and first$/],
    [{ at: { each_bytes_out: 10 }, do: 'reset', first: 2 }, /^0\.share: a rate for so many bytes is a share/],
    [{ at: 'data', do: 'reset', first: 2, persists: true }, /^0\.persists: needs a first time/],
    [{ at: 'data', do: 'reset', every: 0 }, /^0\.every: must be a whole number of at least 1$/],
    [{ at: 'link', do: 'reset' }, /^0\.do: at link, .*give refuse$/],
    [{ at: { link_up: 1 }, do: 'end' }, /^0\.do: no network does end; give one of reset, silence, stall$/],
    [{ at: ['data', 'link'], do: 'reset' }, /^0\.at: must be connect/],
    [{ at: 'data', do: 'refuse' }, /^0\.at: refuse cannot happen at data: give connect$/],
    [{ at: 'data', do: 'unacknowledged' }, /^0\.at: unacknowledged cannot happen at data: give content$/],
    [
      { at: ['data', 'body'], do: 'garbage' },
      /^0\.at: garbage cannot happen at body: give greeting, hello, /,
    ],
    [{ at: 'connect', do: 'unavailable' }, /^0\.at: unavailable cannot happen at connect: give greeting, /],
    [
      { at: { bytes_out: 1 }, do: 'truncate' },
      /^0\.do: truncate needs a step in at; after bytes give one of reset, /,
    ],
    [{ at: [], do: 'reset' }, /^0\.at: must/],
    [{ at: 'data', do: 'reset', often: true }, /^0: .*often/],
  ])('are refused, naming the field and the fix: %j', (fault, words) => {
    expect(complaint(fault)).toMatch(words)
  })

  it('are as the documentation writes them', () => {
    for (const page of ['README.md', 'docs/faults.md']) {
      const text = readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8')
      const [, yaml = ''] = /```yaml\n((?:(?!```).)*?^faults:.*?)```/ms.exec(text) ?? []
      const { faults } = parse(yaml) as { faults: unknown[] }
      expect([page, faults.length > 2, faultsSpec.safeParse(faults).error]).toEqual([page, true, undefined])
    }
  })

  it('are not without number', () => {
    const many = Array.from({ length: 101 }, () => ({ at: 'data', do: 'reset' }))
    expect(complaint(...many)).toMatch(/at most 100$/)
  })

  it('happen at any place that has a reply', () => {
    const replied = stepNames.filter(step => steps[step].isReplied)
    expect(stepsAt('any')).toEqual(replied)
    expect(stepsAt(['any', 'tls', 'data'])).toEqual([...replied, 'tls'])
  })

  it('of every kind can happen somewhere', () => {
    const details = { stall: { for: '1s' }, drip: { for: '1s' } } as Record<string, object>
    for (const kind of faultKindNames) {
      const taken = stepNames.filter(at => complaint({ at, do: kind, ...details[kind] }) === 'none')
      expect([kind, taken.length > 0]).toEqual([kind, true])
      if (faultKinds[kind].where === 'anywhere') expect(taken).toEqual(stepNames)
    }
  })
})
