import { describe, expect, it } from 'vitest'
import { ask, revised, sample } from './contract-mail.ts'
import { scaleway } from './scaleway.ts'

const KEY = 'secret:11111111-1111-1111-1111-111111111111'

describe('Scaleway, in particular', () => {
  it('sends the secret in a header and the project in the body, and nothing else of the key', () => {
    const { headers, body } = scaleway.request(sample, KEY)
    expect(headers).toMatchObject({ 'x-auth-token': 'secret' })
    expect(JSON.parse(body.toString())).toMatchObject({ project_id: '11111111-1111-1111-1111-111111111111' })
    expect(body.toString()).not.toContain('secret')
  })

  it('takes a key by its secret, in any region', () => {
    const request = scaleway.request(sample, KEY)
    const elsewhere = { ...request, path: request.path.replace('fr-par', 'nl-ams') }
    for (const each of [request, elsewhere]) expect(ask(scaleway, each, [KEY]).received.kind).toBe('taken')
    expect(ask(scaleway, request, ['another:project']).received.kind).toBe('refused')
  })

  it('answers with an email for each recipient, and with what was asked', () => {
    const { response } = ask(scaleway, scaleway.request(sample, KEY))
    const { emails } = JSON.parse(response.body) as { emails: Record<string, unknown>[] }
    expect(emails.map(({ mail_rcpt }) => mail_rcpt)).toEqual(sample.envelope.to)
    for (const email of emails)
      expect(email).toMatchObject({ mail_from: 'bench@example.net', subject: sample.content.subject })
    expect(new Set(emails.map(({ id }) => id)).size).toBe(emails.length)
  })

  it('wants ten characters of whatever it is given', () => {
    const content = { ...sample.content, text: 'too short' }
    const { response } = ask(scaleway, scaleway.request(revised(sample, { content }), KEY))
    expect(scaleway.verdict(response)).toMatchObject({ outcome: 'rejected', cause: 'content' })
  })
})
