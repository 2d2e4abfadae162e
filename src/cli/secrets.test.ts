import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { variablesOf } from '../provider/describe.ts'
import type { Provider } from '../provider/provider.ts'
import { providerNames, providers } from '../provider/providers.ts'
import { type CliResult, onlyRunIn, runCli, runClis, temporaryFolder, textsIn } from './cli.fixture.ts'
import { type EchoingServer, openEchoingHttp, openEchoingSmtp } from './echoing-servers.fixture.ts'

const mechanisms = ['PLAIN', 'LOGIN', 'CRAM-MD5']
/** Those that reach the wire: of CRAM-MD5 a digest does. */
const isSaid = (mechanism: string) => mechanism !== 'CRAM-MD5'

/** Signs that are written differently in each encoding, and that a header field can carry. */
const secretFor = (name: string) => `s3cr/et+of=${name.toLowerCase()}?&~x`
const isSecret = (name: string) => /KEY|TOKEN|SECRET|PASSWORD/.test(name)

const environment: Record<string, string> = {}
for (const mechanism of mechanisms) {
  const name = `PASSWORD_${mechanism.replace('-', '_')}`
  environment[name] = secretFor(name)
}
environment['GENERIC_KEY'] = secretFor('GENERIC_KEY')
const known: readonly Provider[] = Object.values(providers)
for (const name of known.flatMap(variablesOf))
  environment[name] = isSecret(name) ? secretFor(name) : 'eu-west-1'
const secrets = Object.entries(environment).filter(([name]) => isSecret(name))

/** What of a secret may stand in a text, in any of the ways in which it travels. */
function formsOf(secret: string): string[] {
  const inner = [0, 1, 2].map(shift => {
    const digits = Buffer.from('\0'.repeat(shift) + secret).toString('base64')
    return digits.slice(shift === 0 ? 0 : shift + 1, -4)
  })
  const percent = encodeURIComponent(secret)
  const forms = [secret, percent, percent.toLowerCase(), JSON.stringify(secret).slice(1, -1), ...inner]
  return [...forms, ...inner.map(digits => digits.replaceAll('+', '-').replaceAll('/', '_'))]
}

/** Names of the secrets that a text gives away. */
const givenAway = (text: string) =>
  secrets.filter(([, secret]) => formsOf(secret).some(form => text.includes(form))).map(([name]) => name)

const everythingIn = async (directory: string) => [...(await textsIn(directory)).values()].join('\n')

const GENERIC_KEY = `\${GENERIC_KEY}`

let folder: Awaited<ReturnType<typeof temporaryFolder>>
const smtp = new Map<string, EchoingServer>()
let http: EchoingServer
let plan: string
const urlOf = (mechanism: string) => {
  const name = `PASSWORD_${mechanism.replace('-', '_')}`
  return `smtp://bench:\${${name}}@127.0.0.1:${smtp.get(mechanism)?.port}?tls=none`
}

beforeAll(async () => {
  folder = await temporaryFolder()
  for (const mechanism of mechanisms) smtp.set(mechanism, await openEchoingSmtp(mechanism))
  http = await openEchoingHttp()
  const api = `http://127.0.0.1:${http.port}`
  const relays = mechanisms.map(mechanism => ({
    name: `by-${mechanism.toLowerCase()}`,
    smtp: urlOf(mechanism),
  }))
  const apis = providerNames.map(provider => ({
    provider,
    smtp: false,
    api,
    ...(provider === 'generic' && { api_key: GENERIC_KEY }),
  }))
  plan = join(folder.path, 'plan.json')
  const small = { messages: 1, warmup: 0, repeat: 1, samples: true, client: ['nodemailer', 'undici', 'wire'] }
  await writeFile(plan, JSON.stringify({ name: 'secrets', targets: [...relays, ...apis], ...small }))
})
afterAll(async () => {
  for (const server of [...smtp.values(), http]) await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

describe('servers that repeat every secret that they are told', () => {
  it('get none of them into a file or the output of a run', async () => {
    const out = join(folder.path, 'runs')
    const { status, stdout, stderr } = await runCli(['run', plan, '--out', out], { env: environment })
    expect(status, stderr).toBe(4)
    const files = await everythingIn(await onlyRunIn(out))
    // They were told, they did repeat it, and what they said was kept.
    for (const mechanism of mechanisms.filter(isSaid))
      expect(smtp.get(mechanism)?.heard()).toContain(environment[`PASSWORD_${mechanism}`])
    expect(http.heard()).toContain(environment['GENERIC_KEY'])
    expect(http.heard()).toContain(environment['SENDGRID_API_KEY'])
    expect(files).toContain('550 5.7.1')
    expect(files).toContain('***')
    expect({ files: givenAway(files), stdout: givenAway(stdout), stderr: givenAway(stderr) }).toEqual({
      files: [],
      stdout: [],
      stderr: [],
    })
  }, 60_000)

  it('get none of them into the JSON of a run, nor those that were typed on the command line', async () => {
    const out = join(folder.path, 'typed')
    const [secret = ''] = secrets.map(([, value]) => value)
    const url = `smtp://bench:${encodeURIComponent(secret)}@127.0.0.1:${smtp.get('PLAIN')?.port}?tls=none`
    const small = ['--messages', '1', '--warmup', '0', '--repeat', '1', '--json', '--out', out]
    const api = [
      '--api',
      `http://127.0.0.1:${http.port}/send?key=${encodeURIComponent(secret)}`,
      '--api-key',
      secret,
    ]
    const { stdout, stderr } = await runCli(['run', '--smtp', url, ...api, ...small])
    const all = stdout + stderr + (await everythingIn(await onlyRunIn(out)))
    expect(givenAway(all)).toEqual([])
  }, 60_000)

  it('get none of them out of a plan that has them written in it', async () => {
    const out = join(folder.path, 'written')
    const [secret = ''] = secrets.map(([, value]) => value)
    const target = {
      provider: 'postmark',
      smtp: `smtp://bench:${encodeURIComponent(secret)}@127.0.0.1:${smtp.get('LOGIN')?.port}?tls=none`,
      api: `http://127.0.0.1:${http.port}`,
      api_key: secret,
    }
    const written = join(folder.path, 'written.json')
    await writeFile(written, JSON.stringify({ targets: [target], messages: 1, warmup: 0, repeat: 1 }))
    for (const more of [[], ['--emulate']]) {
      const { stdout, stderr } = await runCli(['run', written, ...more, '--out', out])
      expect(givenAway(stdout + stderr)).toEqual([])
    }
    for (const name of await readdir(out)) expect(givenAway(await everythingIn(join(out, name)))).toEqual([])
  }, 60_000)

  describe('get none of them into what probe shows:', () => {
    let shown: CliResult[]
    beforeAll(async () => {
      const apis = providerNames.map(name => {
        const key = providers[name].key?.replace(/\{(\w+)\}/g, '$${$1}') ?? GENERIC_KEY
        return [`http://127.0.0.1:${http.port}`, '--provider', name, '--api-key', key]
      })
      const lines = [...mechanisms.map(mechanism => [urlOf(mechanism)]), ...apis]
      shown = await runClis(
        lines.map(args => ['probe', ...args]),
        { env: environment },
      )
    }, 60_000)

    it.each(
      [...mechanisms.map(name => `AUTH ${name}`), ...providerNames].map((name, i) => [name, i] as const),
    )('%s', (_name, i) => {
      const { status, stdout, stderr } = shown[i] as CliResult
      expect(status, stderr).toBe(4)
      expect(stdout + stderr).not.toBe('')
      expect(givenAway(stdout + stderr)).toEqual([])
    })
  })

  it('get none of them into what doctor says', async () => {
    for (const json of [[], ['--json']]) {
      const { stdout, stderr } = await runCli(['doctor', plan, ...json], { env: environment })
      expect(stdout).toContain('by-plain')
      expect(givenAway(stdout + stderr)).toEqual([])
    }
  }, 60_000)
})
