import { afterEach, describe, expect, it, vi } from 'vitest'
import { UsageError } from '../errors.ts'
import type { Provider } from '../provider/provider.ts'
import { providerNames, providers } from '../provider/providers.ts'
import { providersCommand } from './providers.ts'

const environment = { SENDGRID_API_KEY: 'SG.a-secret', AWS_REGION: '', POSTMARK_SERVER_TOKEN: undefined }

/** Wide enough for every line. */
const WIDE = 1000

const output = (...args: string[]) => outputIn(WIDE, args)

async function outputIn(columns: number, args: readonly string[]): Promise<string> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  await providersCommand(environment, columns).parseAsync(args, { from: 'user' })
  const text = log.mock.calls.map(([line]) => String(line)).join('\n')
  log.mockRestore()
  return text
}

afterEach(() => vi.restoreAllMocks())

describe('mailbench providers', () => {
  it('says of every provider what is known', async () => {
    const text = await output()
    const heads = text.split('\n\n').map(block => block.split(/[:\n]/)[0])
    expect(heads).toEqual(providerNames)
    expect(text).toContain('POST https://api.sendgrid.com/v3/mail/send')
    expect(text).toContain('smtp.postmarkapp.com, ports 587, 25, 2525 with STARTTLS')
    expect(text).toContain('mail to delivered@resend.dev')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a plan has.
    expect(text).toContain('https://email.${AWS_REGION}.amazonaws.com/v2/email/outbound-emails')
  })

  it('says what each provider tells of a message later, and what that is joined by', async () => {
    const silent = Object.values<Provider>(providers).filter(({ events }) => !events)
    expect(silent.map(({ name }) => name)).toEqual(['generic'])
    expect(await output('postmark')).toMatch(
      /^ {2}events {6}RecordType: Delivery, Bounce, .*; joined by MessageID = MessageID; not signed$/m,
    )
  })

  it('says what holds of batch calls alone', async () => {
    expect(await output('mailgun')).toContain('up to 1,000 messages, each to another address, at /v3/')
    expect(await output('mailersend')).toContain('up to 500 messages at /v1/bulk-email, 10 calls a minute')
  })

  it('fits the terminal, but for a URL that is to be copied', async () => {
    for (const columns of [60, 80, 120]) {
      const lines = (await outputIn(columns, [])).split('\n')
      const long = lines.filter(line => line.length > columns && /\S \S/.test(line.slice(14)))
      expect(long).toEqual([])
    }
    expect((await outputIn(80, ['sendgrid'])).split('\n').slice(3, 5)).toEqual([
      '  smtp        smtp.sendgrid.net, ports 587, 25, 2525 with STARTTLS, 465 with',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a plan has.
      '              TLS; user apikey, password ${SENDGRID_API_KEY}',
    ])
    const words = (text: string) => text.split(/\s+/)
    expect(words(await outputIn(60, []))).toEqual(words(await output()))
  })

  it('says which variables are set, and never what to', async () => {
    for (const args of [[], ['--json']]) expect(await output(...args)).not.toContain('a-secret')
    expect(await output('sendgrid')).toContain('SENDGRID_API_KEY is set')
    expect(await output('postmark')).toContain('POSTMARK_SERVER_TOKEN is not set')
    expect(await output('ses')).toContain('AWS_REGION is not set')
  })

  it('is JSON for scripts', async () => {
    const list = JSON.parse(await output('--json'))
    expect(list.map(({ name }: { name: string }) => name)).toEqual(providerNames)
    const [sendgrid] = JSON.parse(await output('sendgrid', '--json'))
    expect(sendgrid).toMatchObject({
      name: 'sendgrid',
      api: { url: 'https://api.sendgrid.com/v3/mail/send', batch_messages: 1000 },
      smtp: { host: 'smtp.sendgrid.net', starttls: [587, 25, 2525], implicit: [465], user: 'apikey' },
      variables: [{ name: 'SENDGRID_API_KEY', set: true }],
      safe: { api: { kind: 'flag' }, smtp: { kind: 'none' } },
      limits: { message_bytes: 30 * 1024 * 1024, recipients: 1000 },
    })
    expect(sendgrid.events).toEqual({
      field: 'event',
      names: expect.arrayContaining(['delivered', 'bounce']),
      join_key: 'sg_message_id begins with X-Message-Id',
      signed: 'X-Twilio-Email-Event-Webhook-Signature (ECDSA)',
    })
    const [resend] = JSON.parse(await output('resend', '--json'))
    expect(resend.idempotency_s).toBe(86_400)
  })

  it('does not know every name', async () => {
    const refusal = output('sendgird').catch(error => error)
    expect(await refusal).toBeInstanceOf(UsageError)
    expect((await refusal).message).toBe('provider "sendgird" is not known: did you mean "sendgrid"?')
    await expect(output('constructor')).rejects.toThrow(UsageError)
  })
})
