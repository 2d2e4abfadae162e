import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { providerNames } from '../provider/providers.ts'
import type { LabelRow } from '../run-store/schema.ts'
import { prepare } from '../trial/prepare.ts'
import { runCli, temporaryFolder } from './cli.fixture.ts'
import { readPlan } from './plan-source.ts'

const example = fileURLToPath(new URL('../../bench/plans/providers.example.yaml', import.meta.url))

describe('the example of a comparison', () => {
  const variables = {
    SENDGRID_API_KEY: 'SG.x',
    RESEND_API_KEY: 're_x',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLEEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG',
    AWS_REGION: 'eu-west-1',
    SES_SMTP_USER: 'ses-user',
    SES_SMTP_PASSWORD: 'ses-password',
  }

  it('can be run as it stands, by who has the keys, and stays within its own caps', async () => {
    const prepared = await prepare({ ...(await readPlan(example)), confirm: true }, variables, 'seed')
    const { conditions, anatomies, spend } = prepared
    const sent = [...conditions, ...anatomies].reduce(
      (sum, { messages, warmup, repetitions }) => sum + (messages + warmup.messages) * repetitions,
      0,
    )
    expect(sent).toBeLessThanOrEqual(400)
    expect(spend).toBeLessThan(1)
    // All messages of the plan fit: the cap does not cut it short.
    expect(conditions.every(({ messages }) => messages === 4)).toBe(true)
    const reached = [...prepared.ways.values()].map(
      ({ name, protocol, safety }) => `${name} ${protocol}: ${safety}`,
    )
    expect(reached).toMatchInlineSnapshot(`
      [
        "sendgrid http: the flag mail_settings.sandbox_mode.enable",
        "ses smtp: mail to success@simulator.amazonses.com",
        "ses http: mail to success@simulator.amazonses.com",
        "postmark http: the key POSTMARK_API_TEST",
        "resend smtp: mail to delivered@resend.dev",
        "resend http: mail to delivered@resend.dev",
      ]
    `)
  })

  it('ends with one line, and status 2, before it leaves the machine without a yes', async () => {
    const { status, stdout, stderr } = await runCli(['run', example], { env: variables })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toBe(
      'mailbench: api.sendgrid.com is not on loopback: add --yes (or confirm: true) to send it real mail\n',
    )
  })

  it('runs on this machine with every target emulated, without a key', async () => {
    await using folder = await temporaryFolder()
    const small = ['--messages', '6', '--warmup', '0', '--repeat', '1', '--skip-anatomy']
    const { status, stdout } = await runCli(['run', example, '--emulate', ...small, '--out', folder.path])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^ranking \(reuse, 1u\) /m)
    expect(stdout).toMatch(/^Crossover of resend \(reuse\): /m)
  }, 90_000)
})

it('every known provider can be emulated, by each way that it has', async () => {
  await using folder = await temporaryFolder()
  const targets = providerNames.map(provider =>
    provider === 'generic' ? { provider, smtp: 'sink', api: 'sink' } : { provider },
  )
  const plan = join(folder.path, 'all.json')
  const small = { messages: 1, warmup: 0, repeat: 1, skip_anatomy: true, client: ['wire', 'undici'] }
  await writeFile(plan, JSON.stringify({ targets, emulate: true, ...small }))
  // An address that no provider takes for a mistake.
  const to = ['--to', 'bench@mailbench.example.org']
  const { status, stdout } = await runCli(['run', plan, ...to, '--json', '--quiet', '--out', folder.path])
  const { labels } = JSON.parse(stdout) as { labels: readonly LabelRow[] }
  const refused = labels.filter(({ accepted }) => accepted !== 1).map(({ label }) => label)
  expect(refused).toEqual([])
  expect(new Set(labels.map(({ provider }) => provider))).toEqual(new Set(providerNames))
  expect(status).toBe(0)
}, 60_000)
