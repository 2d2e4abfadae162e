import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LedgerSummary } from '../../sink/ledger.ts'
import { type Started, start, startMailbench } from './mailbench.fixture.ts'

const USER = 'swaks'
const PASSWORD = 'of-the-sink'
const KEY = 'key-of-the-sink'

let sink: Started
/** What each line of the sink names: scheme to port. */
const ports = new Map<string, string>()

beforeAll(async () => {
  const any = ['smtp', 'smtps', 'http', 'https'].flatMap(name => [`--${name}-port`, '0'])
  sink = startMailbench('sink', ...any, '--auth', `${USER}:${PASSWORD}`, '--key', KEY)
  if (!sink.child.stdout) throw new Error('the sink has no output')
  for await (const line of createInterface({ input: sink.child.stdout })) {
    const [, scheme, port] = /\b(smtps?|https?):\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? []
    if (scheme && port) ports.set(scheme, port)
    if (ports.size === 4) break
  }
})

// When the last test failed before it ended the sink.
afterAll(() => {
  if (sink.child.exitCode === null) sink.child.kill('SIGKILL')
})

/** An identity in this test's own run, so that the receipts can be told apart. */
const idOf = (index: number) => `5a5a5a5a-0001-${index.toString(16).padStart(8, '0')}`

const urlOf = (scheme: 'http' | 'https', path: string) => `${scheme}://127.0.0.1:${ports.get(scheme)}${path}`

async function receipts(): Promise<LedgerSummary> {
  const response = await fetch(urlOf('http', '/_mailbench/receipts'))
  expect(response.status).toBe(200)
  return (await response.json()) as LedgerSummary
}

function swaks(scheme: 'smtp' | 'smtps', mechanism: string, password: string, index: number) {
  return start('swaks', [
    ...['--server', '127.0.0.1', '--port', ports.get(scheme) ?? ''],
    scheme === 'smtp' ? '--tls' : '--tls-on-connect',
    ...['--auth', mechanism, '--auth-user', USER, '--auth-password', password],
    ...['--from', 'swaks@example.net', '--to', 'someone@example.net'],
    ...['--add-header', `X-Mailbench-Id: ${idOf(index)}`],
    ...['--timeout', '10', '--helo', 'client.example.net'],
  ]).ended
}

function curl(scheme: 'http' | 'https', version: string, key: string, index: number) {
  const address = { address: 'curl@example.net' }
  const body = {
    from: address,
    to: [address],
    subject: 'From curl',
    headers: { 'X-Mailbench-Id': idOf(index) },
  }
  return start('curl', [
    ...['--silent', '--show-error', '--max-time', '10', '--noproxy', '*', version],
    // The sink's authority is made at its start and printed nowhere.
    ...(scheme === 'https' ? ['--insecure'] : []),
    ...['--header', `Authorization: Bearer ${key}`, '--json', JSON.stringify(body)],
    ...['--output', '/dev/null', '--write-out', '%{http_version} %{http_code}', urlOf(scheme, '/send')],
  ]).ended
}

describe('mailbench sink, for clients that other people wrote', () => {
  it.each([
    ['smtp', 'PLAIN', 0],
    ['smtp', 'LOGIN', 1],
    ['smtps', 'PLAIN', 2],
    ['smtps', 'LOGIN', 3],
  ] as const)('takes a message from swaks over %s with AUTH %s', async (scheme, mechanism, index) => {
    const { status, stdout } = await swaks(scheme, mechanism, PASSWORD, index)
    expect(stdout).toContain('TLS started with cipher')
    expect(stdout).toMatch(/^<~ {2}235 /m)
    expect(status).toBe(0)
  })

  it.each([
    ['http', '--http1.1', '1.1', 4],
    ['http', '--http2-prior-knowledge', '2', 5],
    ['https', '--http1.1', '1.1', 6],
    ['https', '--http2', '2', 7],
  ] as const)('takes a message from curl over %s, %s', async (scheme, flag, version, index) => {
    const { status, stdout, stderr } = await curl(scheme, flag, KEY, index)
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${version} 202`, stderr: '' })
  })

  it('refuses both with credentials that are not the given ones', async () => {
    const { status, stdout } = await swaks('smtp', 'PLAIN', 'guessed', 8)
    expect(stdout).toMatch(/^<~\* 535 /m)
    // swaks(1), EXIT CODES: 28, authentication failed.
    expect(status).toBe(28)
    expect(await curl('https', '--http2', 'guessed', 9)).toMatchObject({ stdout: '2 401' })
  })

  it('shows in its receipts what it took, once each, and nothing else', async () => {
    expect(await receipts()).toEqual({
      taken: 8,
      unidentified: 0,
      trials: [{ run: '5a5a5a5a', trial: 1, taken: 8, duplicated: 0 }],
    })
  })

  it('ends with status 0 on SIGTERM', async () => {
    sink.child.kill('SIGTERM')
    expect(await sink.ended).toMatchObject({ status: 0, stderr: '' })
  })
})
