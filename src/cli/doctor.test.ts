import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DOCTOR_FILE, readDoctor } from '../run-store/doctor-record.ts'
import { openSinks, type Sinks } from '../sink/sinks.ts'
import { hear, openScripted, say, silence } from '../transport/scripted-server.ts'
import { type CliOptions, runCli, temporaryFolder } from './cli.fixture.ts'

const PASSWORD = 'pass-word-of-doctor'
const user = { user: 'bench', password: PASSWORD }
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let sinks: Sinks
/** Whose certificate is another host's. */
let others: Sinks
let ca: string
let othersCa: string
let port: { smtp: number; smtps: number; http: number; https: number }

beforeAll(async () => {
  folder = await temporaryFolder()
  const spec = { script: {}, seed: 'doctor', users: [user], keys: [PASSWORD] }
  sinks = await openSinks({
    ...spec,
    listeners: [
      { protocol: 'smtp', tls: 'starttls' },
      { protocol: 'smtp', tls: 'implicit' },
      { protocol: 'http', tls: 'none' },
      { protocol: 'http', tls: 'implicit' },
    ],
  })
  others = await openSinks({
    ...spec,
    listeners: [
      { protocol: 'smtp', tls: 'starttls' },
      { protocol: 'http', tls: 'implicit' },
    ],
    certificateHosts: ['other.example'],
  })
  const [smtp = 0, smtps = 0, http = 0, https = 0] = sinks.endpoints.map(endpoint => endpoint.port)
  port = { smtp, smtps, http, https }
  ca = join(folder.path, 'ca.pem')
  othersCa = join(folder.path, 'others.pem')
  await writeFile(ca, sinks.ca)
  await writeFile(othersCa, others.ca)
})
afterAll(async () => {
  await sinks[Symbol.asyncDispose]()
  await others[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

interface Printed {
  readonly targets: readonly {
    readonly target: string | null
    readonly transport: string
    readonly works: boolean | null
    readonly checks: readonly { readonly step: string; readonly state: string; readonly detail: string }[]
    readonly ports: readonly {
      readonly port: number
      readonly open: boolean
      readonly cause: string | null
    }[]
    readonly mail: { readonly allowed: boolean; readonly words: string }
  }[]
}

async function examined(args: readonly string[], options: CliOptions = {}) {
  const { status, stdout, stderr } = await runCli(['doctor', ...args, '--json'], options)
  expect(stderr).toBe('')
  const { targets } = JSON.parse(stdout) as Printed
  const states = targets.map(({ checks }) => checks.map(({ state }) => state).join(' '))
  const failures = targets.flatMap(({ checks }) =>
    checks.filter(({ state }) => state === 'failed').map(({ step, detail }) => `${step}: ${detail}`),
  )
  return { status, targets, states, failures }
}
const both = (smtp: string, api: string, key = PASSWORD) => ['--smtp', smtp, '--api', api, '--api-key', key]
const right = () => [
  ...both(`smtp://bench:${PASSWORD}@127.0.0.1:${port.smtp}`, `https://127.0.0.1:${port.https}`),
  ...['--provider', 'sendgrid'],
]

describe('doctor', () => {
  it.concurrent('finds that all is well, and sends nothing', async () => {
    const { status, states, targets } = await examined([...right(), '--tls-ca', ca])
    expect(states).toEqual(['untried ok ok ok', 'untried ok ok ok'])
    expect(targets.every(({ works }) => works)).toBe(true)
    expect(status).toBe(0)
    expect(sinks.ledger.summary().taken).toBe(0)
  })

  it.concurrent('takes its leave after AUTH, without a word of mail', async () => {
    const heard: string[] = []
    await using server = await openScripted([
      async peer => {
        peer.say('220 hello\r\n')
        for (const answer of ['250-scripted\r\n250 AUTH PLAIN', '235 2.7.0 welcome']) {
          heard.push(await peer.hear(/\r\n/))
          peer.say(`${answer}\r\n`)
        }
        heard.push(await peer.hear(/\r\n/))
      },
    ])
    const { status } = await examined(['--smtp', `smtp://u:${PASSWORD}@127.0.0.1:${server.port}?tls=none`])
    expect(status).toBe(0)
    expect(heard.map(line => line.split(/[ \r]/)[0])).toEqual(['EHLO', 'AUTH', 'QUIT'])
  })

  it.concurrent('finds wrong credentials, of SMTP and of an API', async () => {
    const smtp = `smtps://bench:another-word@127.0.0.1:${port.smtps}`
    const api = both(smtp, `http://127.0.0.1:${port.http}`, 'another-key')
    const { status, states, failures } = await examined([...api, '--provider', 'resend', '--tls-ca', ca])
    expect(states).toEqual(['untried ok ok failed', 'untried ok untried failed'])
    expect(failures).toEqual([
      expect.stringMatching(/^login: 535 5\.7\.8 /),
      expect.stringMatching(/^login: GET \/domains: 401: API key is invalid$/),
    ])
    expect(status).toBe(4)
  })

  it.concurrent('does not count a key as right that it has no way to check', async () => {
    const api = `http://127.0.0.1:${port.http}`
    const keyed = ['zeptomail', 'pepipost', 'netcore', 'resend'].map(provider => ({
      ...{ provider, smtp: false, api, api_key: 'a-wrong-key' },
    }))
    const plan = join(folder.path, 'keys.json')
    await writeFile(plan, JSON.stringify({ targets: keyed }))
    const [{ targets, failures }, { status, stdout }] = await Promise.all([
      examined([plan]),
      runCli(['doctor', plan]),
    ])
    expect(targets.map(({ target, works }) => [target, works])).toEqual([
      ['zeptomail', null],
      ['pepipost', null],
      ['netcore', false],
      ['resend', false],
    ])
    expect(failures).toEqual([
      expect.stringMatching(/^login: GET \/v5\/stats\?startdate=[\d-]+: 401: Invalid API key$/),
      'login: GET /domains: 401: API key is invalid',
    ])
    expect(stdout).toMatch(/^zeptomail api +- +ok +- +not checked +ok$/m)
    expect(stdout).toMatch(
      /^ {2}login +not checked +Zoho ZeptoMail has no call that needs a key and sends nothing/m,
    )
    expect(stdout).toMatch(
      /\n0 of 2 ways work; of 2 more the key could not be checked; nothing was sent\.\n$/,
    )
    expect(status).toBe(4)
  })

  it.concurrent('ends with 0 where nothing is wrong that it could check', async () => {
    const api = ['--api', `http://127.0.0.1:${port.http}`, '--api-key', PASSWORD]
    const smtp = ['--smtp', `smtps://bench:${PASSWORD}@127.0.0.1:${port.smtps}`, '--tls-ca', ca]
    const { status, stdout } = await runCli(['doctor', ...smtp, ...api, '--provider', 'zeptomail'])
    expect(stdout).toMatch(
      /\n1 of 1 ways work; of 1 more the key could not be checked; nothing was sent\.\n$/,
    )
    expect(status).toBe(0)
  })

  it.concurrent('finds a certificate of an authority that is not trusted, and says what to do', async () => {
    const { status, states, failures } = await examined(right())
    expect(states).toEqual(['untried ok failed untried', 'untried ok failed untried'])
    for (const failure of failures) expect(failure).toMatch(/^tls: .*certificate.*; .* --tls-ca FILE$/)
    expect(status).toBe(4)
  })

  it.concurrent('finds a certificate of another name', async () => {
    const [smtp, https] = others.endpoints.map(endpoint => endpoint.port)
    const urls = both(`smtp://bench:${PASSWORD}@127.0.0.1:${smtp}`, `https://127.0.0.1:${https}`)
    const { status, failures } = await examined([...urls, '--provider', 'sendgrid', '--tls-ca', othersCa])
    expect(failures).toEqual([
      expect.stringMatching(/^tls: .*does not match certificate's altnames/),
      expect.stringMatching(/^tls: .*does not match certificate's altnames/),
    ])
    expect(status).toBe(4)
  })

  it.concurrent('finds a port at which nobody listens', async () => {
    const { status, states, targets } = await examined(both('smtp://127.0.0.1:9', 'http://127.0.0.1:9'))
    expect(states).toEqual(['untried failed untried untried', 'untried failed untried untried'])
    expect(targets.flatMap(({ ports }) => ports)).toMatchObject([
      { port: 9, open: false, cause: 'refused' },
      { port: 9, open: false, cause: 'refused' },
    ])
    expect(status).toBe(4)
  })

  it.concurrent('finds a host that has no address, and asks it nothing', async () => {
    const { status, states } = await examined(['--smtp', 'smtp://nonexistent.invalid'])
    expect(states).toEqual(['failed untried untried untried'])
    expect(status).toBe(4)
  })

  it.concurrent('finds a server that takes connections and says nothing', async () => {
    await using server = await openScripted([silence])
    const { status, failures } = await examined([
      ...['--smtp', `smtp://u:${PASSWORD}@127.0.0.1:${server.port}?tls=none`, '--timeout', '300ms'],
    ])
    expect(failures).toEqual([expect.stringMatching(/^login: greeting took longer than 300 ms$/)])
    expect(status).toBe(4)
  })

  it.concurrent('finds STARTTLS taken away, and tells nobody the password', async () => {
    const heard: string[] = []
    await using server = await openScripted([
      async peer => {
        peer.say('220 hello\r\n')
        heard.push(await peer.hear(/EHLO .*\r\n/))
        peer.say('250-scripted\r\n250 AUTH PLAIN LOGIN\r\n')
        heard.push(await peer.hear(/\r\n/))
        peer.say('502 5.5.1 not implemented\r\n')
        heard.push(await peer.hear(/$/))
      },
    ])
    const { status, states, failures } = await examined([
      ...['--smtp', `smtp://bench:${PASSWORD}@127.0.0.1:${server.port}`],
    ])
    expect(states).toEqual(['untried ok failed untried'])
    expect(failures).toEqual(['tls: 502 5.5.1 not implemented'])
    expect(status).toBe(4)
    expect(heard.join('')).not.toContain('AUTH')
  })

  it.concurrent('finds that a server has no AUTH', async () => {
    await using server = await openScripted([
      say('220 hi\r\n'),
      hear(/EHLO .*\r\n/),
      say('250 scripted\r\n'),
      silence,
    ])
    const { failures } = await examined([
      ...['--smtp', `smtp://u:${PASSWORD}@127.0.0.1:${server.port}?tls=none`],
    ])
    expect(failures).toEqual(['login: the server does not offer AUTH'])
  })

  it.concurrent('goes through all targets of a plan, says which variables are not set, and what run would refuse', async () => {
    const plan = join(folder.path, 'plan.json')
    await writeFile(
      plan,
      JSON.stringify({
        targets: [
          { name: 'ours', smtp: `smtp://bench:\${OUR_PASSWORD}@127.0.0.1:${port.smtp}` },
          {
            provider: 'sendgrid',
            smtp: 'smtp://nonexistent.invalid',
            api: `https://127.0.0.1:${port.https}`,
          },
        ],
      }),
    )
    const { status, targets, failures } = await examined([plan, '--tls-ca', ca], {
      env: { OUR_PASSWORD: PASSWORD, SENDGRID_API_KEY: '' },
    })
    expect(targets.map(({ target, transport, works }) => [target, transport, works])).toEqual([
      ['ours', 'smtp', true],
      ['sendgrid', 'smtp', false],
      ['sendgrid', 'http', false],
    ])
    expect(failures.filter(failure => failure.startsWith('login'))).toEqual([
      'login: not set: SENDGRID_API_KEY',
      'login: not set: SENDGRID_API_KEY',
    ])
    expect(targets[1]?.mail).toMatchObject({
      allowed: false,
      words: expect.stringMatching(/by SMTP: it has no/),
    })
    expect(status).toBe(4)
  })

  it.concurrent('prints a table, details and a sum, and no secret', async () => {
    const { status, stdout } = await runCli(['doctor', ...right(), '--tls-ca', ca])
    expect(stdout).toMatch(
      /^target +dns +tcp +tls +login +mail\nsmtp +- +ok +ok +ok +ok\napi +- +ok +ok +ok +ok\n/,
    )
    expect(stdout).toMatch(/^ {2}tls {4}ok {6}after STARTTLS TLSv1\.3 .*, certificate of localhost by /m)
    expect(stdout).toMatch(/\n2 of 2 ways work; nothing was sent\.\n$/)
    expect(stdout).not.toContain(PASSWORD)
    expect(status).toBe(0)
  })

  it.concurrent('keeps what it found, without secrets, for reports to judge by', async () => {
    const file = join(folder.path, 'kept', DOCTOR_FILE)
    const { status } = await runCli(['doctor', ...right(), '--tls-ca', ca, '--out', file])
    expect(status).toBe(0)
    expect(await readFile(file, 'utf8')).not.toContain(PASSWORD)
    const record = await readDoctor(file)
    expect(
      record?.targets.map(({ transport, on_loopback, works }) => [transport, on_loopback, works]),
    ).toEqual([
      ['smtp', true, true],
      ['http', true, true],
    ])
    expect(record?.black_holes.map(({ cause }) => cause)).toEqual(Array(4).fill('timeout'))
  })

  it.concurrent('verifies certificates, but for those on loopback', async () => {
    const { status, stderr } = await runCli([
      'doctor',
      '--smtp',
      'smtp://nonexistent.invalid',
      '--tls-insecure',
    ])
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr:
        'mailbench: --tls-insecure: nonexistent.invalid is not on loopback; use --tls-ca for a private authority\n',
    })
  })

  it.concurrent('says what it needs, in one line', async () => {
    const { status, stderr } = await runCli(['doctor', '--timeout', '1s'])
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'mailbench: doctor: name what to look at: a plan, or --smtp and --api\n',
    })
  })
})
