import { describe, expect, it } from 'vitest'
import type { Message } from '../message/message.ts'
import { createPlate } from '../message/plate.ts'
import type { Verdict } from '../sample.ts'
import type { Provider } from './provider.ts'

const id = '0badcafe-0001-0000002a'

const message: Message = {
  index: 42,
  id,
  messageId: `<${id}@example.net>`,
  smtpUtf8: false,
  envelope: { from: 'bench@example.net', to: ['recipient+1@example.net', 'recipient+2@example.net'] },
  content: {
    from: { name: 'Bench', address: 'bench@example.net' },
    to: [{ name: 'One', address: 'recipient+1@example.net' }, { address: 'recipient+2@example.net' }],
    subject: 'Grüße, and a “quotation”',
    text: 'Two lines,\r\nand a line separator \u2028.',
    html: '<p>Two lines &amp; a tag</p>',
    headers: { 'X-Mailbench-Id': id },
    attachments: [
      { filename: 'a.pdf', contentType: 'application/pdf', content: Buffer.from([0, 1, 254, 255]) },
      { filename: 'b.png', contentType: 'image/png', content: Buffer.from('b'), cid: 'b@example.net' },
    ],
  },
  raw: () => Buffer.alloc(0),
  plate: () => createPlate({ bytes: Buffer.alloc(0), indexOffsets: [] }),
}

/** What a dialect must carry without loss: outcome, cause and code of each thing a server decides. */
const verdicts: readonly Verdict[] = [
  { outcome: 'accepted', code: 202 },
  { outcome: 'deferred', cause: 'server', code: 503, text: 'Try again later' },
  { outcome: 'deferred', cause: 'server', code: 500, text: 'Broken' },
  { outcome: 'deferred', cause: 'throttled', code: 429, text: 'Slow down', retryAfterNs: 3e9 },
  { outcome: 'rejected', cause: 'auth', code: 401, text: 'Who are you?' },
  { outcome: 'rejected', cause: 'sender', code: 422, text: 'Not your domain' },
  { outcome: 'rejected', cause: 'recipient', code: 422, text: 'No such mailbox' },
  { outcome: 'rejected', cause: 'content', code: 422, text: 'Not readable' },
  { outcome: 'rejected', cause: 'policy', code: 422, text: 'Refused by policy' },
  { outcome: 'in_doubt', cause: 'server', code: 502, text: 'Bad gateway' },
]

/** The laws of the Provider seam, for every dialect. */
export function testProvider(provider: Provider): void {
  describe(`the ${provider.name} dialect`, () => {
    const request = provider.request(message, 'right-key')

    it('describes the message that it was asked to send', () => {
      expect(provider.receive(request, undefined)).toEqual({
        kind: 'message',
        ids: [id],
        recipients: message.envelope.to,
      })
    })

    it('posts to its own path, or to the one that it is given', () => {
      expect(request).toMatchObject({ method: 'POST', path: provider.path })
      expect(provider.request(message, undefined, '/elsewhere?x=1').path).toBe('/elsewhere?x=1')
    })

    it('names header fields in lower case, as HTTP/2 demands', () => {
      for (const name of Object.keys(request.headers)) expect(name).toBe(name.toLowerCase())
    })

    it('takes the right key, and no other', () => {
      const isRight = (key: string) => key === 'right-key'
      expect(provider.receive(request, isRight).kind).toBe('message')
      for (const key of ['wrong-key', undefined]) {
        const received = provider.receive(provider.request(message, key), isRight)
        expect(received).toMatchObject({ kind: 'refusal', verdict: { outcome: 'rejected', cause: 'auth' } })
      }
    })

    it('refuses a body that it cannot read, and does not throw', () => {
      for (const text of ['', '{', 'null', '[]', '{"from":null}', '{"to":[null]}', '3']) {
        const received = provider.receive({ ...request, body: Buffer.from(text) }, undefined)
        expect(received, text).toMatchObject({ kind: 'refusal', verdict: { outcome: 'rejected' } })
      }
    })

    for (const verdict of verdicts) {
      it(`carries ${verdict.outcome} ${verdict.cause ?? ''} ${verdict.code} there and back`, () => {
        expect(provider.verdict(provider.respond(verdict, id))).toEqual(verdict)
      })
    }

    it('reads an answer that is not its own by the status, and does not throw', () => {
      for (const body of ['', '<html>', 'null', '{"error":null}', '[]']) {
        const verdict = provider.verdict({ status: 503, headers: {}, body })
        expect(verdict, body).toMatchObject({ outcome: 'deferred', cause: 'server', code: 503 })
      }
    })
  })
}
