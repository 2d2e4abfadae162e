import { describe, expect, it } from 'vitest'
import { fill, fillContent, retoken } from './merge.ts'

describe('a template', () => {
  it('takes each value where its name stands, every time', () => {
    expect(fill('Dear {{name}}, {{name}}! {{order_no}}', { name: 'Ann', order_no: '7' })).toBe(
      'Dear Ann, Ann! 7',
    )
  })

  it('leaves alone what has no value, and what is no name', () => {
    const text = '{{unknown}} {{}} {{ name }} {name} {{1}} {{name} {{constructor}}'
    expect(fill(text, { name: 'Ann' })).toBe(text)
  })

  it('does not look for names in values', () => {
    expect(fill('{{a}}{{b}}', { a: '{{b}}', b: '$&' })).toBe('{{b}}$&')
  })

  it('can be written in another notation', () => {
    expect(retoken('Dear {{name}}', name => `%recipient.${name}%`)).toBe('Dear %recipient.name%')
  })

  it('fills in all the parts that it has, and no others', () => {
    const data = { name: 'Ann' }
    expect(fillContent({ template: { subject: 'Hi {{name}}', html: '<p>{{name}}' }, data })).toEqual({
      subject: 'Hi Ann',
      html: '<p>Ann',
    })
  })
})
