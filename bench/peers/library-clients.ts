import { createTransport } from 'nodemailer'
import { Pool } from 'undici'
import { systemClock } from '../../src/clock.ts'
import { loadTemplate } from '../../src/message/corpus.ts'
import type { Template } from '../../src/message/message.ts'
import { generic } from '../../src/provider/generic.ts'
import { createRandom } from '../../src/random.ts'
import type { Endpoint } from '../../src/sink/sink.ts'
import { conditionsOf } from '../../src/trial/condition.ts'
import { startFarSide } from '../../src/trial/far-side.ts'
import { createSecrets } from '../../src/trial/secrets.ts'
import type { Target } from '../../src/trial/target.ts'
import { runTrial } from '../../src/trial/trial.ts'
import type { Comparison, Side } from './interleaved.ts'

const USERS = 10

/** As many loops as users, sharing one count: what our closed load does, without anything else. */
async function loops(messages: number, send: (index: number) => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  let next = 0
  const user = async () => {
    while (next < messages) await send(next++)
  }
  await Promise.all(Array.from({ length: USERS }, user))
  return (messages * 1000) / (performance.now() - startMs)
}

/** nodemailer as an application uses it: a pool, structured messages, nothing observed. */
function bareNodemailer({ host, port }: Endpoint, template: Template): Side {
  return {
    name: 'bare nodemailer loop',
    async ratePerS(messages) {
      const mailer = createTransport({
        host,
        port,
        pool: true,
        ignoreTLS: true,
        maxConnections: USERS,
        maxMessages: Number.POSITIVE_INFINITY,
      })
      const rate = await loops(messages, index => {
        const { content, envelope, messageId } = template.message(index)
        const { from, to, subject, text, headers } = content
        return mailer.sendMail({
          envelope: { from: envelope.from, to: [...envelope.to] },
          from: { name: from.name ?? '', address: from.address },
          to: to.map(({ address }) => ({ name: '', address })),
          subject,
          text: text ?? '',
          headers: { ...headers },
          messageId,
        })
      })
      mailer.close()
      return rate
    },
  }
}

/** undici as an application uses it: a pool, JSON, the body read. */
function bareUndici({ host, port }: Endpoint, template: Template): Side {
  return {
    name: 'bare undici loop',
    async ratePerS(messages) {
      const pool = new Pool(`http://${host}:${port}`, { connections: USERS, allowH2: false })
      const rate = await loops(messages, async index => {
        const { path, headers, body } = generic.request(template.message(index), undefined)
        const response = await pool.request({ method: 'POST', path, headers, body })
        await response.body.text()
      })
      await pool.close()
      return rate
    },
  }
}

/** The whole trial: load, transport, recorder. */
function ours(client: 'nodemailer' | 'undici', target: Target, template: Template): Side {
  return {
    name: `mailbench, ${client}`,
    async ratePerS(messages) {
      const [condition] = conditionsOf({ client, users: USERS, messages, warmup: 0 })
      if (!condition) throw new Error(`no condition for ${client}`)
      const { recording } = await runTrial({
        condition,
        target,
        template,
        trust: { insecure: false, resume: false },
        provider: generic,
        secrets: createSecrets(),
        clock: systemClock,
        random: createRandom('peers'),
        signal: new AbortController().signal,
        onSample() {},
      })
      const { accepted, throughput_per_s } = recording.figures
      if (accepted !== messages || throughput_per_s === null)
        throw new Error(`${client}: not every message was accepted`)
      return throughput_per_s
    },
  }
}

/** Our transports beside bare loops of the libraries that they use: what observing costs. */
export async function libraryClients(): Promise<{ comparisons: Comparison[] } & AsyncDisposable> {
  const farSide = await startFarSide({
    listeners: [
      { protocol: 'smtp', tls: 'none', auth: false },
      { protocol: 'http', tls: 'none', auth: false },
    ],
    script: {},
    seed: 'peers',
  })
  const [smtp, http] = farSide.endpoints
  if (!smtp || !http) throw new Error('a sink is missing')
  const template = await loadTemplate({ sizeBytes: 1024 }, { run: '0badcafe', trial: 1 })
  const address = ({ host, port }: Endpoint) => ({ host, port })
  return {
    comparisons: [
      {
        name: 'nodemailer transport / bare nodemailer loop',
        ours: ours(
          'nodemailer',
          { protocol: 'smtp', address: address(smtp), tls: 'none', display: 'sink' },
          template,
        ),
        theirs: bareNodemailer(smtp, template),
        messages: 6000,
        target: 0.95,
      },
      {
        name: 'undici transport / bare undici loop',
        ours: ours(
          'undici',
          { protocol: 'http', address: address(http), encrypted: false, display: 'sink' },
          template,
        ),
        theirs: bareUndici(http, template),
        messages: 40_000,
        target: 0.9,
      },
    ],
    [Symbol.asyncDispose]: () => farSide[Symbol.asyncDispose](),
  }
}
