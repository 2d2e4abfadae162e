import { describe, expect, it } from 'vitest'
import { UsageError } from '../errors.ts'
import { checkHeaders } from '../message/header.ts'
import { type Plan, planSchema } from './plan.ts'
import { prepare } from './prepare.ts'
import type { Environment } from './target.ts'

/** What could begin another command or another field, end a text, or part a user from a password. */
const harms = ['\r', '\n', '\r\nX-Evil: 1', '\r\nRCPT TO:<evil@example.com>', '\0', '\u001b[2J', '\x7f']

const smtp = 'smtp://127.0.0.1:1'
const api = 'http://127.0.0.1:1/send'

/** Every place of a plan, or of the environment that it names, from which a text comes to a server. */
const places: Record<string, (harm: string) => Plan | [plan: Plan, environment: Environment]> = {
  'a sender': harm => ({ smtp, from: `a${harm}@b.example` }),
  "a sender's end": harm => ({ smtp, from: `a@b.example${harm}` }),
  'a recipient': harm => ({ smtp, to: `a@b${harm}.example` }),
  "a target's sender": harm => ({ targets: [{ name: 'x', smtp: 'sink', from: `a@b.example${harm}` }] }),
  'a user in a URL': harm => ({ smtp: `smtp://us${encodeURIComponent(harm)}er:pw@127.0.0.1:1` }),
  'a password in a URL': harm => ({ smtp: `smtp://user:p${encodeURIComponent(harm)}w@127.0.0.1:1` }),
  'a password in the environment': harm => [
    { smtp: `smtp://user:\${PASSWORD}@127.0.0.1:1` },
    { PASSWORD: `p${harm}w` },
  ],
  'the URL of a relay': harm => ({ smtp: `smtp://127.0.${harm}0.1:1` }),
  'the path of an API': harm => ({ api: `http://127.0.0.1:1/se${harm}nd` }),
  'the query of an API': harm => ({ api: `http://127.0.0.1:1/send?to=${harm}x` }),
  'a key': harm => ({ api, api_key: `k3y${harm}k3y` }),
  'a key in a URL': harm => ({ api: `http://${encodeURIComponent(`k3y${harm}x`)}@127.0.0.1:1/send` }),
  'a key in the environment': harm => [{ api, api_key: `\${KEY}` }, { KEY: `k3y${harm}` }],
  "a target's key": harm => ({ targets: [{ name: 'x', smtp: false, api, api_key: `k3y${harm}k3y` }] }),
  "a provider's key": harm => [
    { targets: [{ provider: 'sendgrid', smtp: false, api }] },
    { SENDGRID_API_KEY: `SG.x${harm}` },
  ],
  "a part of a provider's key": harm => [
    { targets: [{ provider: 'ses', smtp: false, api }] },
    { AWS_ACCESS_KEY_ID: `A${harm}x`, AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'eu-west-1' },
  ],
  "the name of a provider's server": harm => [
    { targets: [{ provider: 'ses', api: false }], confirm: true },
    { AWS_REGION: `eu${harm}-west-1` },
  ],
  'a domain of ones own': harm => ({ own_domains: [`example.org${harm}`] }),
  'a seed': harm => ({ seed: `7${harm}` }),
  'a folder of runs': harm => ({ out: `runs${harm}` }),
  'the name of a plan': harm => ({ name: `plan${harm}` }),
  'the name of a target': harm => ({ targets: [{ name: `x${harm}`, smtp: 'sink' }] }),
  'a merge value': harm => ({ merge: { subject: '{{name}}', text: 'x', data: [{ name: `Ann${harm}` }] } }),
  'the name of a merge value': harm => ({
    merge: { subject: 's', text: 'x', data: [{ [`name${harm}`]: 'x' }] },
  }),
  'the subject of a merge': harm => ({ merge: { subject: `s${harm}`, text: 'x', data: [{ name: 'x' }] } }),
}

describe('a line break, NUL or another control character is refused', () => {
  it.each(Object.entries(places))('in %s', async (_place, planOf) => {
    for (const harm of harms) {
      const made = planOf(harm)
      const [plan, environment] = Array.isArray(made) ? made : [made, {}]
      const checked = planSchema.safeParse(plan)
      // Refused with the plan's own words.
      if (!checked.success) continue
      const refusal = await prepare(checked.data, environment, 'seed').then(
        () => undefined,
        error => error,
      )
      expect(refusal, JSON.stringify(harm)).toBeInstanceOf(UsageError)
    }
  })

  it('in a field that is added to the header, in its name and in its value', () => {
    for (const harm of harms) {
      expect(() => checkHeaders({ [`X-A${harm}`]: 'x' })).toThrow(UsageError)
      expect(() => checkHeaders({ 'X-A': `x${harm}` })).toThrow(UsageError)
    }
  })
})

it('the same places take what is sound', async () => {
  const environment = {
    ...{
      PASSWORD: 'pw',
      KEY: 'k3y',
      SENDGRID_API_KEY: 'SG.x',
      AWS_REGION: 'eu-west-1',
      AWS_SECRET_ACCESS_KEY: 's',
    },
    ...{ AWS_ACCESS_KEY_ID: 'A', SES_SMTP_USER: 'u', SES_SMTP_PASSWORD: 'p' },
  }
  for (const [place, planOf] of Object.entries(places)) {
    const made = planOf('')
    const [plan, given] = Array.isArray(made) ? made : [made, {}]
    const prepared = prepare(planSchema.parse(plan), { ...environment, ...given }, 'seed')
    await expect(prepared, place).resolves.toHaveProperty('conditions')
  }
})
