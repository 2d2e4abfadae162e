import { describe, expect, it, test } from 'vitest'
import { postmark } from '../provider/postmark.ts'
import type { Provider } from '../provider/provider.ts'
import { resend } from '../provider/resend.ts'
import { sendgrid } from '../provider/sendgrid.ts'
import { ses } from '../provider/ses.ts'
import type { Plan } from './plan.ts'
import { prepare } from './prepare.ts'
import { ownerOf, type Sending, safely } from './safe-mode.ts'

const sending: Sending = {
  option: 'targets.x',
  provider: postmark,
  protocol: 'http',
  host: 'api.example.com',
  live: false,
  ownDomains: [],
  to: undefined,
  fallback: 'me@example.com',
  key: undefined,
}
const safe = (given: Partial<Sending>) => safely({ ...sending, ...given })

describe('a provider off loopback', () => {
  it('is asked by its sandbox where it has a flag for it', () => {
    const { provider, to, words } = safe({ provider: sendgrid })
    expect(provider).not.toBe(sendgrid)
    expect(to).toBe('me@example.com')
    expect(words).toContain('sandbox_mode')
  })

  it('is given the mailbox that swallows everything, by either way', () => {
    for (const protocol of ['smtp', 'http'] as const) {
      expect(safe({ provider: ses, protocol }).to).toBe('success@simulator.amazonses.com')
      expect(safe({ provider: resend, protocol, to: 'delivered+a@resend.dev' }).to).toBe(
        'delivered+a@resend.dev',
      )
    }
  })

  it('is not sent to another recipient that was named for it', () => {
    expect(() => safe({ provider: ses, to: 'me@example.com' })).toThrow(
      /^targets\.x: Amazon SES v2 would deliver this mail: send to: success@simulator/,
    )
  })

  it('is given the key that sends nothing, unless there is another', () => {
    expect(safe({}).key).toBe('POSTMARK_API_TEST')
    expect(safe({ key: 'POSTMARK_API_TEST' }).key).toBe('POSTMARK_API_TEST')
    expect(() => safe({ key: 'a-key' })).toThrow(
      /use the key POSTMARK_API_TEST, which sends nothing; or say live/,
    )
  })

  it('has its header added to each message, where that is its switch', () => {
    const mode = { kind: 'header', name: 'X-Drop', value: 'yes' } as const
    const provider: Provider = { ...resend, safe: { api: mode, smtp: mode } }
    for (const protocol of ['smtp', 'http'] as const)
      expect(safe({ provider, protocol }).headers).toEqual({ 'X-Drop': 'yes' })
  })

  it.each([
    [sendgrid, /SendGrid would deliver this mail by SMTP: it has no sandbox; or say live: true/],
    [postmark, /Postmark would deliver this mail by SMTP: there is the token of a Sandbox server/],
  ])('is refused by SMTP where nothing that can be asked for keeps the mail', (provider, words) => {
    expect(() => safe({ provider, protocol: 'smtp' })).toThrow(words)
  })

  it('delivers where it is live, to a domain that is the plan’s own, or one under it', () => {
    const live = { provider: sendgrid, live: true, ownDomains: ['example.com'] }
    for (const protocol of ['smtp', 'http'] as const) {
      expect(safe({ ...live, protocol })).toMatchObject({ provider: sendgrid, to: 'me@example.com' })
      expect(safe({ ...live, protocol, to: 'me@in.Example.com' }).words).toBe('delivers to me@in.Example.com')
    }
  })

  it.each([
    [{ to: 'me@badexample.com' }, 'me@badexample.com must be in one of'],
    [{ to: 'me@example.com', ownDomains: [] }, 'me@example.com must be in one of'],
    [{ fallback: undefined }, 'name a recipient (to:) in one of'],
  ])('delivers to nobody else: %j', (given, words) => {
    expect(() => safe({ live: true, ownDomains: ['example.com'], ...given })).toThrow(words)
  })
})

test('a provider on loopback is a mock, and a server of no provider has no sandbox', async () => {
  expect(safe({ host: '127.0.0.1' })).toMatchObject({ provider: postmark, to: 'me@example.com' })
  const plan: Plan = { api: 'https://api.example.com/', confirm: true, to: 'me@example.org' }
  expect((await prepare(plan, {}, 'a')).provider.name).toBe('generic')
})

test('a relay is known by its name, whatever stands for the account in it', () => {
  expect(ownerOf('smtp.sendgrid.net')).toBe(sendgrid)
  expect(ownerOf('SMTP.postmarkapp.com.')).toBe(postmark)
  expect(ownerOf('email-smtp.eu-west-1.amazonaws.com')).toBe(ses)
  expect(ownerOf('smtp-sendgrid.net')).toBeUndefined()
  expect(ownerOf('mail.example.org')).toBeUndefined()
})

test('a relay that a plan names by its URL alone is its provider’s all the same', async () => {
  const plan = { smtp: 'smtp://apikey:k-1234@smtp.sendgrid.net', confirm: true, to: 'me@example.org' }
  await expect(prepare(plan, {}, 'a')).rejects.toThrow(/^provider: SendGrid would deliver this mail by SMTP/)
  const { smtp, ...rest } = plan
  for (const provider of [undefined, 'generic', 'ses'] as const) {
    const disguised = { ...rest, targets: [{ name: 'ours', provider, smtp, api: false as const }] }
    await expect(prepare(disguised, {}, 'a')).rejects.toThrow(/^targets\.ours: SendGrid would deliver/)
  }
  const live = await prepare({ ...plan, live: true, own_domains: ['example.org'] }, {}, 'a')
  expect(live.conditions.length).toBe(1)
})
