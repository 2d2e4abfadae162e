/** The process of a bare loop, started by library-loops.ts: a library as applications use it, and nothing else. */
import { createTransport } from 'nodemailer'
import { Pool } from 'undici'
import type { Address } from '../../src/dial/dial.ts'
import { loadTemplate } from '../../src/message/corpus.ts'
import type { Message } from '../../src/message/message.ts'
import { generic } from '../../src/provider/generic.ts'
import { serve } from '../worker/serve.ts'
import type { Sent } from './stage.ts'

export interface LoopQuestion {
  readonly library: 'nodemailer' | 'undici'
  readonly address: Address
  /** Kept, each for one user. */
  readonly connections: number
  /** Not counted. */
  readonly warmup: number
  readonly messages: number
}

/** Resolves when the message has been answered. */
type Send = (message: Message) => Promise<unknown>
interface Loop {
  readonly send: Send
  close(): Promise<void>
}

/** A pool, structured messages. */
function openNodemailer({ host, port }: Address, connections: number): Loop {
  const mailer = createTransport({
    host,
    port,
    pool: true,
    ignoreTLS: true,
    maxConnections: connections,
    maxMessages: Number.POSITIVE_INFINITY,
  })
  return {
    send({ content, envelope, messageId }) {
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
    },
    close: async () => mailer.close(),
  }
}

/** A pool, JSON, the body read. */
function openUndici({ host, port }: Address, connections: number): Loop {
  const pool = new Pool(`http://${host}:${port}`, { connections, allowH2: false })
  return {
    async send(message) {
      const { path, headers, body } = generic.request(message, undefined)
      const response = await pool.request({ method: 'POST', path, headers, body })
      if (response.statusCode !== 202) throw new Error(`refused with ${response.statusCode}`)
      await response.body.text()
    },
    close: () => pool.close(),
  }
}

const openers = { nodemailer: openNodemailer, undici: openUndici }
let loops = 0

async function measure(question: LoopQuestion): Promise<Sent> {
  const { library, address, connections, warmup, messages } = question
  loops += 1
  const template = await loadTemplate({ sizeBytes: 1024 }, { run: '0badcafe', trial: loops })
  const { send, close } = openers[library](address, connections)
  let next = 0
  /** As many users as connections, sharing one count: what our closed load does. */
  const until = async (end: number) => {
    const user = async () => {
      while (next < end) await send(template.message(next++))
    }
    await Promise.all(Array.from({ length: connections }, user))
  }
  await until(warmup)
  const startMs = performance.now()
  const before = process.cpuUsage()
  await until(warmup + messages)
  const { user, system } = process.cpuUsage(before)
  const seconds = (performance.now() - startMs) / 1000
  await close()
  return { messages, seconds, cpuUs: user + system }
}

serve(measure)
