import { describe, expect, it } from 'vitest'
import { fill } from '../message/merge.ts'
import { revised, sample } from './contract-mail.ts'
import { shareHeaders } from './shared-headers.ts'

const withHeaders = (headers: Record<string, string>, data?: Record<string, string>) =>
  revised(sample, {
    content: { ...sample.content, headers },
    ...(data && { merge: { template: { subject: 's' }, data } }),
  })

describe('the header section of many messages', () => {
  it('is that of the one, where there is one, and merges nothing', () => {
    const { headers, dataOf } = shareHeaders([sample])
    expect(headers).toEqual(sample.content.headers)
    expect(dataOf(sample)).toEqual({})
  })

  it('has tokens where they differ, which give each message its own again', () => {
    const messages = [
      withHeaders({ 'X-Id': '1', 'X-Same': 's' }, { name: 'Ann' }),
      withHeaders({ 'X-Id': '2', 'X-Same': 's' }, { name: 'Bob' }),
    ]
    const { headers, dataOf } = shareHeaders(messages)
    expect(headers).toEqual({ 'X-Id': '{{header_X_Id}}', 'X-Same': 's' })
    for (const message of messages) {
      const data = dataOf(message)
      expect(data).toMatchObject(message.merge?.data ?? {})
      const filled = Object.entries(headers).map(([field, value]) => [field, fill(value, data)])
      expect(Object.fromEntries(filled)).toEqual(message.content.headers)
    }
  })
})
