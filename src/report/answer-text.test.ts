import { describe, expect, it } from 'vitest'
import { firstAnswerOf } from '../claims/answer.ts'
import { merged, type WaySpec } from '../claims/job.fixture.ts'
import { around, exampleRun, type LabelSpec, librariesAt } from '../claims/run.fixture.ts'
import { renderAnswer } from './answer-text.ts'
import { wrapped } from './wrap.ts'

describe('the answer in the terminal', () => {
  it('fits 80 columns and opens with the question and which it is', () => {
    const text = renderAnswer(
      firstAnswerOf([exampleRun(librariesAt([0, 20, 100], { smtp: 1, http: 41 }))]),
      80,
    )
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
    const text = (labels: readonly LabelSpec[]) => renderAnswer(firstAnswerOf([exampleRun(labels)]), 80)
    const told = text([...librariesAt([0], { smtp: 4, http: 1 }), ...bare])
    expect(told).toMatch(/ rest {2}library\nkept .* 0 {2}\+2\.99 {4}\+2\.\d\d\nnew .* \+2\.99 {8}-\n/)
    expect(told).toMatch(/library is\s+their part of it\)\. -: unknown, or not\s+to be told from 0\.\n/)
    const untold = text(librariesAt([100], { smtp: 1, http: 1 }))
    expect(untold).toMatch(/ trips {2}rest\nkept .* \+100 {5}-\n/)
    expect(untold).toMatch(/\(client\s+library, server, encryption\)\. -: unknown/)
  })

  it('takes nothing out of names of conditions that there is room for', () => {
    const labels = librariesAt([0], { smtp: 4, http: 1 }).flatMap(spec => [
      { ...spec, tls: 'none', auth: null },
      spec,
    ])
    const text = renderAnswer(firstAnswerOf([exampleRun(labels)]), 80)
    expect(text).toMatch(/^kept, TLS, auth {4}/m)
    expect(text).toMatch(/^kept, clear text, no auth /m)
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
  })

  it('is as wide as the terminal where that spares names', () => {
    const labels = librariesAt([0], { smtp: 4, http: 1 }).flatMap(spec => [
      { ...spec, message_bytes: 100_000, tls: 'none', auth: null },
      spec,
    ])
    const answer = firstAnswerOf([exampleRun(labels)])
    const tableOf = (text: string) => text.split('\n').filter(line => / {2}API {2}/.test(line))
    expect(tableOf(renderAnswer(answer, 80, 100))[1]).toMatch(/^kept, 97\.7 kB, clear text, no auth /)
    const narrow = tableOf(renderAnswer(answer, 80))
    expect(new Set(narrow.map(line => line.slice(0, 31))).size).toBe(narrow.length)
  })

  it('gives up names of conditions before it is too wide', () => {
    const labels = librariesAt([1000], { smtp: 4000, http: 1000 }).flatMap(spec =>
      [1, 10].map(users => ({ ...spec, users, message_bytes: 100_000 * users, recipients: users })),
    )
    const text = renderAnswer(firstAnswerOf([exampleRun(labels)]), 80)
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
  })

  it('says so when the run cannot answer, what it says instead, and what would', () => {
    expect(
      renderAnswer(firstAnswerOf([exampleRun([{ transport: 'smtp', p50s: [2, 2, 2] }])]), 60),
    ).toMatchInlineSnapshot(`
      "SMTP or API? This run cannot say: it sent single messages
        over SMTP only.
      What it does say: Over SMTP a message took 2.00 ms at the
        median (1 label, nodemailer).
      What would answer it: mailbench run quick measures both at
        local sinks, in under 20 seconds."
    `)
  })

  it('is of whole jobs where only these were sent, and fits 80 columns', () => {
    const ways = (client: readonly [string, string], rttMs: number, totals: readonly number[]): WaySpec[] => [
      { transport: 'smtp', client: client[0], batch: 1, totalMs: totals[0] ?? 0, rttMs },
      { transport: 'http', client: client[1], batch: 1, totalMs: totals[1] ?? 0, rttMs },
      { transport: 'http', client: client[1], batch: 500, totalMs: totals[2] ?? 0, rttMs },
    ]
    const run = merged([
      ...ways(['nodemailer', 'undici'], 0, [714, 119, 29]),
      ...ways(['nodemailer', 'undici'], 100, [12_358, 5159, 292]),
      ...ways(['wire', 'wire'], 0, [45, 90, 29]),
      ...ways(['wire', 'wire'], 100, [1243, 1179, 290]),
    ])
    const text = renderAnswer(firstAnswerOf([run]), 80)
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    expect(text).toMatchInlineSnapshot(`
      "SMTP or API? For a mail merge of 500 messages, with nodemailer and undici, the
        API was quicker in both conditions, 24.6 to 42.4 times, by calls of 500.
        Without libraries the API was quicker in both conditions, 1.55 to 4.28 times,
        by calls of 500. One by one, with nodemailer and undici the API was quicker in
        both conditions, 2.40 to 6.00 times. One by one, without libraries the API was
        quicker in 1 of 2 conditions (100 ms RTT), 1.06 times (1.04 to 1.08); SMTP was
        quicker in 1 of 2 conditions (0 ms RTT), 2.00 times (1.98 to 2.02).

      Total time in ms, each by its quickest way; nodemailer or wire over SMTP, undici
      or wire over HTTP; to local sinks; 1 at a time, 1 recipient, TLS, authenticated;
      medians of 10 repetitions. Calls, and network round trips (trips): SMTP / API.
      total, ms                    SMTP    API  quicker   times     95% CI    trips
      libraries, 0 ms               713   29.0      API  24.6 x  24.3-24.8  10 / 10
      libraries, 100 ms          12,337    293      API  42.4 x  41.3-43.6  10 / 10
      bare, 0 ms                   45.1   29.0      API  1.55 x  1.54-1.57  10 / 10
      bare, 100 ms                1,241    291      API  4.28 x  4.19-4.37  10 / 10
      libraries, 0 ms, 1 by 1       713    119      API  6.00 x  5.94-6.06  10 / 10
      libraries, 100 ms, 1 by 1  12,337  5,141      API  2.40 x  2.36-2.44  10 / 10
      bare, 0 ms, 1 by 1           45.1   89.9     SMTP  2.00 x  1.98-2.02  10 / 10
      bare, 100 ms, 1 by 1        1,241  1,174      API  1.06 x  1.04-1.08  10 / 10

      Why: At 100 ms RTT nodemailer one by one took 500 calls and 10 network round
        trips, undici in calls of 500 took 1 call and 10 network round trips, all
        connections together. Over the API, send many messages in batch calls: 500
        took 293 ms in calls of 500, 5,141 ms one by one (undici, 100 ms RTT, 1 at a
        time).
      What would change it: Messages in flight behind one another on a connection; a
        provider without a batch call, or with a small one.
      What it does not say: How soon a single message arrives: mailbench run quick
        measures that, in under 20 seconds. What a provider itself takes for a batch:
        local sinks answered."
    `)
    // Where there is room, with calls.
    expect(renderAnswer(firstAnswerOf([run]), 100)).toMatch(/ {2}calls {4}trips\n/)
  })

  it('shows a dozen conditions, and says where the others are', () => {
    const rtts = Array.from({ length: 10 }, (_, i) => i * 10)
    const text = renderAnswer(firstAnswerOf([exampleRun(librariesAt(rtts, { smtp: 4, http: 1 }))]), 80)
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
