import { describe, expect, it } from 'vitest'
import { exampleLabelRow } from '../label-row.fixture.ts'
import { faultLegend, faultNames } from './fault-names.ts'

const few = '1% reset at connect/tls/any and 1% unacknowledged at content'
const many = '5% reset at connect/tls/any and 5% unacknowledged at content'

const row = (label: string, fault: string | null) => exampleLabelRow({ label, fault })

describe('the names of faults', () => {
  it('are those that the plan gives them', () => {
    const names = faultNames([
      row('smtp nodemailer reuse 5u', null),
      row('smtp nodemailer reuse 5u faults-1%', few),
      row('smtp nodemailer reuse 5u faults-5% retry-3', many),
    ])
    expect([...names]).toEqual([
      [few, 'faults-1%'],
      [many, 'faults-5%'],
    ])
    expect(faultLegend(names)).toEqual([`faults-1%: ${few}`, `faults-5%: ${many}`])
  })

  it('are the faults themselves where these are short, and need no legend', () => {
    const names = faultNames([row('smtp a', '1% reset at any')])
    expect(names.get('1% reset at any')).toBe('1% reset at any')
    expect(faultLegend(names)).toEqual([])
  })

  it('are numbers where no label has a word for them, or two have the same', () => {
    const names = faultNames([
      row('smtp a', few),
      row('smtp a faults-5%', many),
      row('smtp b faults-5%', `${many}, link reset`),
    ])
    expect([...names.values()]).toEqual(['faults (1)', 'faults-5%', 'faults (3)'])
  })
})
