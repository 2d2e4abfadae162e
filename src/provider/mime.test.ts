import { describe, expect, it } from 'vitest'
import { idOfMime, recipientsOfMime } from './mime.ts'

const mime = (...lines: string[]) => Buffer.from([...lines, '', 'To: nobody@example.net', ''].join('\r\n'))

describe('the header of ready-made MIME', () => {
  it('says who it is, under a name in any case', () => {
    expect(idOfMime(mime('From: a@example.net', 'x-mailbench-ID: 0badcafe-0001-0000002a'))).toBe(
      '0badcafe-0001-0000002a',
    )
    expect(idOfMime(mime('From: a@example.net'))).toBeUndefined()
  })

  it('says whom it is for, over several lines and outside ASCII', () => {
    const bytes = mime(
      'Subject: To: x@y',
      'To: "B, b" <b@example.net>,',
      ' δ@example.net',
      'Cc: c@example.net',
    )
    expect(recipientsOfMime(bytes)).toEqual(['b@example.net', 'δ@example.net'])
    expect(recipientsOfMime(mime('From: a@example.net'))).toEqual([])
  })
})
