import { describe, expect, it } from 'vitest'
import { providers } from '../provider/providers.ts'
import type { Plan } from './plan.ts'
import { prepare } from './prepare.ts'

const remote: Plan = {
  api: 'https://api.example.com/',
  api_key: 'a-key',
  confirm: true,
  to: 'me@example.com',
}
const prepared = async (plan: Plan) => (await prepare({ ...remote, ...plan }, {}, 'a')).provider

describe('a provider off loopback', () => {
  it('is asked by its sandbox', async () => {
    const provider = await prepared({ provider: 'sendgrid' })
    expect(provider).not.toBe(providers.sendgrid)
    expect(provider.safe.api.kind).toBe('flag')
  })

  it('is asked for real mail where the plan says so', async () => {
    expect(await prepared({ provider: 'sendgrid', live: true })).toBe(providers.sendgrid)
  })

  it('is refused when it has no sandbox that can be asked for, with what would be safe', async () => {
    await expect(prepared({ provider: 'postmark' })).rejects.toThrow(
      /^provider: Postmark would deliver this mail: use the key POSTMARK_API_TEST, .* live: true/,
    )
  })

  it('is asked with a key that sends nothing', async () => {
    expect(await prepared({ provider: 'postmark', api_key: 'POSTMARK_API_TEST' })).toBe(providers.postmark)
  })
})

it('a provider on loopback is a mock, and a server of no provider has no sandbox', async () => {
  expect(await prepared({ api: 'http://127.0.0.1:8025/', provider: 'postmark' })).toBe(providers.postmark)
  expect(await prepared({ provider: 'generic' })).toBe(providers.generic)
})
