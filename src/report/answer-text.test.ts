import { describe, expect, it } from 'vitest'
import { answerOf } from '../claims/answer.ts'
import { around, exampleRun, type LabelSpec, librariesAt } from '../claims/run.fixture.ts'
import { renderAnswer } from './answer-text.ts'
import { wrapped } from './wrap.ts'

describe('the answer in the terminal', () => {
  it('fits 80 columns and opens with the question and which it is', () => {
    const text = renderAnswer(answerOf([exampleRun(librariesAt([0, 20, 100], { smtp: 1, http: 41 }))]), 80)
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    expect(text).toMatchInlineSnapshot(`
      "SMTP or API? It depends on the round-trip time (RTT) and whether connections are
        kept: with nodemailer and undici the API was sooner in 3 of 6 conditions (20
        ms RTT, new connection; 100 ms RTT, kept connection; 100 ms RTT, new
        connection), 1.43 to 2.64 times; SMTP was sooner in 3 of 6 conditions (0 ms
        RTT, kept connection; 0 ms RTT, new connection; 20 ms RTT, kept connection),
        1.49 to 40.9 times.

      Median latency in ms; nodemailer over SMTP, undici over HTTP; to local sinks; 1
      at a time, 1.00 kB, 1 recipient; TLS, authenticated. The difference, SMTP - API,
      is network round trips of set-up and of the message, and the rest (client
      library, server, encryption).
                    SMTP   API  sooner          set-up  trips   rest
      0 ms, kept    1.00  40.8    SMTP  40.9 x       0      0  -39.8
      0 ms, new     1.00  40.8    SMTP  40.9 x       0      0  -39.8
      20 ms, kept   40.8  61.1    SMTP  1.49 x       0  +20.0  -40.3
      20 ms, new     180   101     API  1.79 x    +100  +20.0  -40.8
      100 ms, kept   201   141     API  1.43 x       0   +100  -40.3
      100 ms, new    895   339     API  2.64 x    +500   +100  -44.3

      Why: A message waits for 2 network round trips over SMTP and 1 over the API
        where the connection is kept, for 9 and 3 where it is new.
      Crossover: Kept connection: at 39.9 ms RTT (39.2 to 40.9), SMTP is sooner below
        and the API above. New connection: at 6.67 ms RTT (6.59 to 6.74), SMTP is
        sooner below and the API above.
      Change first: Over SMTP, at 100 ms RTT: keep connections open (694 ms less a
        message), then send by the API instead (59.7 ms). Over the API, at 100 ms RTT:
        keep connections open (198 ms less a message). What batch calls save,
        mailbench run merge measures."
    `)
  })

  it('tells the libraries apart where that can be told, and prints nothing that may be none', () => {
    const bare = [
      { transport: 'smtp' as const, client: 'wire', mode: 'pipelined', p50s: around(0.5) },
      {
        transport: 'http' as const,
        client: 'wire',
        mode: 'lockstep',
        http_version: '1.1',
        p50s: around(0.3),
      },
    ]
    const text = (labels: readonly LabelSpec[]) => renderAnswer(answerOf([exampleRun(labels)]), 80)
    const told = text([...librariesAt([0], { smtp: 4, http: 1 }), ...bare])
    expect(told).toMatch(/ rest {2}library\nkept .* 0 {2}\+2\.99 {4}\+2\.\d\d\nnew .* \+2\.99 {8}-\n/)
    expect(told).toMatch(/library is\s+their part of it\)\. -: unknown, or not\s+to be told from 0\.\n/)
    const untold = text(librariesAt([100], { smtp: 1, http: 1 }))
    expect(untold).toMatch(/ trips {2}rest\nkept .* \+100 {5}-\n/)
    expect(untold).toMatch(/\(client\s+library, server, encryption\)\. -: unknown/)
  })

  it('gives up names of conditions before it is too wide', () => {
    const labels = librariesAt([1000], { smtp: 4000, http: 1000 }).flatMap(spec =>
      [1, 10].map(users => ({ ...spec, users, message_bytes: 100_000 * users, recipients: users })),
    )
    const text = renderAnswer(answerOf([exampleRun(labels)]), 80)
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
  })

  it('says so when the run cannot answer', () => {
    expect(renderAnswer(undefined, 40)).toBe(
      'SMTP or API? This run cannot say: it\n  sent no single messages over both in\n  the same condition.',
    )
  })

  it('shows a dozen conditions, and says where the others are', () => {
    const rtts = Array.from({ length: 10 }, (_, i) => i * 10)
    const text = renderAnswer(answerOf([exampleRun(librariesAt(rtts, { smtp: 4, http: 1 }))]), 80)
    expect(text).toContain('and 8 more conditions in labels.csv')
  })
})

describe('wrapped text', () => {
  it('breaks at spaces, indents what follows, and cuts what is too long', () => {
    expect(wrapped('one two three', 7, ' ')).toEqual(['one two', ' three'])
    expect(wrapped('abcdefghij', 4, '')).toEqual(['abcd', 'efgh', 'ij'])
    expect(wrapped('', 4, '')).toEqual([])
  })
})
