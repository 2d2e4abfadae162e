import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSinks, type Sinks } from '../sink/sinks.ts'
import { runCli } from './cli.fixture.ts'

let sinks: Sinks
const url = { smtp: '', smtps: '', http: '', https: '' }
const PASSWORD = 'pass-word-of-the-probe'

beforeAll(async () => {
  sinks = await openSinks({
    listeners: [
      { protocol: 'smtp', tls: 'starttls' },
      { protocol: 'smtp', tls: 'implicit' },
      { protocol: 'http', tls: 'none' },
      { protocol: 'http', tls: 'implicit' },
    ],
    script: {},
    seed: 'probe',
    users: [{ user: 'user', password: PASSWORD }],
    keys: [PASSWORD],
  })
  const [smtp, smtps, http, https] = sinks.endpoints.map(({ port }) => port)
  url.smtp = `smtp://user:${PASSWORD}@127.0.0.1:${smtp}`
  url.smtps = `smtps://user:${PASSWORD}@127.0.0.1:${smtps}`
  url.http = `http://127.0.0.1:${http}/send`
  url.https = `https://127.0.0.1:${https}/send`
})
afterAll(() => sinks[Symbol.asyncDispose]())

const key = ['--api-key', PASSWORD]

/** What stands beside a phase, or another word at the beginning of a line. */
const beside = (stdout: string, word: string) => new RegExp(`^${word} +(.*)$`, 'm').exec(stdout)?.[1]

const trips = (stdout: string) => Number(beside(stdout, 'total')?.split(/ +/).at(-1))

describe('probe', () => {
  it.concurrent('shows a whole session with STARTTLS, its phases, round trips and what the server can do', async () => {
    const { status, stdout } = await runCli(['probe', url.smtp, '--tls-insecure'])
    expect(status).toBe(0)
    for (const line of [' -> EHLO ', ' -> STARTTLS', '*** TLSv1.3 ', ' ~> EHLO ', '<~  235 '])
      expect(stdout).toContain(line)
    expect(stdout).toMatch(/<- {2}250[- ]STARTTLS$/m)
    expect(stdout).toMatch(/ ~> \[\d+ more bytes\] \.$/m)
    expect(trips(stdout)).toBe(11)
    expect(beside(stdout, 'hello')).toMatch(/ 2$/)
    expect(beside(stdout, 'bytes')).toMatch(/^[\d,]+ up, [\d,]+ down/)
    expect(beside(stdout, 'EHLO')).toContain('PIPELINING')
    expect(beside(stdout, 'AUTH')).toContain('PLAIN')
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^accepted: 250/)
  })

  it.concurrent.each([
    ['pipelined', 7],
    ['lockstep', 9],
  ])('counts the round trips of SMTP under TLS, %s: %i', async (mode, expected) => {
    const { stdout } = await runCli(['probe', url.smtps, '--tls-insecure', '--mode', mode])
    expect(trips(stdout)).toBe(expected)
  })

  it.concurrent('shows an HTTP exchange, and what is said of limits', async () => {
    const { status, stdout } = await runCli(['probe', url.https, ...key, '--tls-insecure'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/ ~> POST \/send HTTP\/1\.1$/m)
    expect(stdout).toMatch(/<~ {2}HTTP\/1\.1 202 /)
    expect(trips(stdout)).toBe(3)
    expect(beside(stdout, 'TLS')).toMatch(/ALPN http\/1\.1/)
    expect(beside(stdout, 'rate limit')).toBeDefined()
  })

  it.concurrent('shows a 535 as plainly as a success', async () => {
    const { status, stdout } = await runCli([
      'probe',
      url.smtps.replace(PASSWORD, 'another-one'),
      '--tls-insecure',
    ])
    expect(status).toBe(4)
    expect(stdout).toMatch(/<~ {2}535 5\.7\.8 /)
    expect(stdout).toMatch(/^rejected in auth \(auth, 535 5\.7\.8\): /m)
    expect(stdout).not.toContain('another-one')
  })

  it.concurrent('shows a 401, and the phases up to it', async () => {
    const { status, stdout } = await runCli(['probe', url.http, '--api-key', 'another-one'])
    expect(status).toBe(4)
    expect(stdout).toMatch(/^rejected in wait \(auth, 401\): /m)
    expect(trips(stdout)).toBe(2)
  })

  it.concurrent('shows no secret, in any form in which it travels', async () => {
    const runs = await Promise.all([
      runCli(['probe', url.smtp, '--tls-insecure']),
      runCli(['probe', url.http, ...key]),
    ])
    for (const { stdout, stderr } of runs) {
      for (const form of [PASSWORD, Buffer.from(PASSWORD).toString('base64').replace(/=+$/, '')])
        expect(stdout + stderr).not.toContain(form)
      expect(stdout).not.toContain(Buffer.from(`\0user\0${PASSWORD}`).toString('base64'))
    }
  })

  it.concurrent('asks whether a server that is silent, or hangs up, speaks TLS from the start', async () => {
    const smtp = await runCli(['probe', url.smtps.replace('smtps:', 'smtp:'), '--timeout', '1s'])
    expect(smtp.status).toBe(4)
    expect(smtp.stdout).toMatch(
      /^faulted in greeting \(timeout\): greeting took longer than 1000 ms; does it speak TLS from the start\? try smtps:\/\/$/m,
    )
    const http = await runCli(['probe', url.https.replace('https:', 'http:')])
    expect(http.status).toBe(4)
    expect(http.stdout).toMatch(
      /\(reset\): the server closed the connection; does it speak TLS\? try https:\/\/$/m,
    )
  })

  it.concurrent('finds a port on which nobody listens', async () => {
    const { status, stdout } = await runCli(['probe', 'smtp://127.0.0.1:1'])
    expect(status).toBe(4)
    expect(stdout).toMatch(/^faulted in connect \(refused\)/m)
    expect(trips(stdout)).toBe(0)
  })

  it.concurrent('adds an emulated network, and waits for it', async () => {
    const { stdout } = await runCli(['probe', url.http, ...key, '--rtt', '40ms'])
    const [sendMs = 0, waitMs = 0] = ['send', 'wait'].map(phase =>
      Number(beside(stdout, phase)?.split(/ +/)[0]),
    )
    // The request is on its way while it is still being sent.
    expect(sendMs + waitMs).toBeGreaterThan(39.9)
    expect(trips(stdout)).toBe(2)
  })

  it.concurrent('lets no control character of a server reach the terminal', async () => {
    const rude = createServer(socket => {
      socket.on('error', () => {}).end('554 \x1b[2J\x1b]0;owned\x07 go\r\n')
    }).listen(0, '127.0.0.1')
    const ruder = createHttp((_request, response) => {
      response.writeHead(500, { 'x-\x7e': 'a' }).end('\x1b[31mred\r\n')
    }).listen(0, '127.0.0.1')
    await Promise.all([rude, ruder].map(server => once(server, 'listening')))
    const [smtp, http] = [rude, ruder].map(server => (server.address() as AddressInfo).port)
    const outputs = await Promise.all([
      runCli(['probe', `smtp://127.0.0.1:${smtp}`]),
      runCli(['probe', `http://127.0.0.1:${http}/`]),
    ])
    rude.close()
    ruder.close()
    for (const { status, stdout } of outputs) {
      expect(status).toBe(4)
      expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    }
  })

  it.concurrent.each([
    [['smtp://mail.example.org'], /^mailbench: mail\.example\.org is not on loopback: add --yes/],
    [
      ['https://api.mailersend.com/v1/email', '--provider', 'mailersend', '--yes'],
      /^mailbench: probe: MailerSend would deliver this mail: it has no sandbox; or add --live, and --to your own/,
    ],
    [
      ['smtps://user:pass@smtp-relay.brevo.com', '--yes', '--to', 'me@example.net'],
      /^mailbench: probe: Brevo would deliver this mail by SMTP: /,
    ],
    [['https://api.mailersend.com', '--yes', '--live'], /^mailbench: --live: name the recipient \(--to\)/],
    [['ftp://127.0.0.1'], /^mailbench: probe: write the URL as smtp:/],
    [['smtp://127.0.0.1', '--rtt', 'soon'], /^mailbench: .*"soon" is no duration/],
    [['smtp://127.0.0.1', '--mode', 'hasty'], /^mailbench: .*--mode/],
  ])('%j is refused with one line, and nothing is sent', async (args, words) => {
    const { status, stderr, stdout } = await runCli(['probe', ...args])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(words)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})
