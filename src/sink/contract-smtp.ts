import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ID_HEADER } from '../message/identity.ts'
import type { TestClient, TestReply } from './contract.ts'
import type { Endpoint, SinkUser } from './sink.ts'

/** One line of the protocol at a time: a client that shares no code with the server under test. */
export interface SmtpSession {
  /** The last line of the next reply. */
  reply(): Promise<string>
  say(line: string): Promise<string>
  write(bytes: string): void
  /** Goes on under TLS (RFC 3207 §4). */
  secure(ca: string): Promise<void>
  end(): void
}

const isLastLine = (line: string) => /^\d{3}( |$)/.test(line)

export function createSmtpSession(first: Socket): SmtpSession {
  let socket = first
  let text = ''
  const replies: string[] = []
  const waiting: ((reply: string) => void)[] = []

  function hear(chunk: Buffer): void {
    const lines = (text + chunk.toString('latin1')).split('\r\n')
    text = lines.pop() ?? ''
    for (const line of lines.filter(isLastLine)) {
      const take = waiting.shift()
      if (take) take(line)
      else replies.push(line)
    }
  }
  const listen = () => {
    socket.on('data', hear)
    socket.on('error', () => {})
    // An empty reply: the test fails on it, where it would hang otherwise.
    socket.on('close', () => {
      for (const take of waiting.splice(0)) take('')
    })
  }
  listen()

  const reply = () =>
    new Promise<string>(resolve => {
      const heard = replies.shift()
      if (heard !== undefined) resolve(heard)
      else if (socket.destroyed) resolve('')
      else waiting.push(resolve)
    })

  return {
    reply,
    say(line) {
      socket.write(`${line}\r\n`)
      return reply()
    },
    write: bytes => void socket.write(bytes),
    async secure(ca) {
      socket.removeAllListeners()
      socket = connectTls({ socket, ca, servername: 'localhost' })
      await once(socket, 'secureConnect')
      listen()
    },
    end: () => void socket.destroy(),
  }
}

/** Connects and waits until TCP, and implicit TLS, are up. @param ALPNProtocols see RFC 7301 */
export async function openSocket(
  { host, port, tls }: Endpoint,
  ca: string,
  ALPNProtocols: string[] = [],
): Promise<Socket> {
  if (tls === 'implicit') {
    const socket = connectTls({ host, port, ca, servername: 'localhost', ALPNProtocols })
    socket.setNoDelay(true)
    await once(socket, 'secureConnect')
    return socket
  }
  const socket = connectTcp({ host, port, noDelay: true })
  await once(socket, 'connect')
  return socket
}

function readReply(line: string): TestReply {
  const [, code, enhancedCode, text] = /^(\d{3})(?: (\d\.\d+\.\d+))?(?: (.*))?$/.exec(line) ?? []
  // A second enhanced code would be read as words.
  if (/^\d\.\d+\.\d+/.test(text ?? '')) throw new Error(`two enhanced codes: ${line}`)
  return { code: Number(code), ...(enhancedCode !== undefined && { enhancedCode }) }
}

function messageText(id: string, sizeBytes: number): string {
  const header = `From: a@example.net\r\n${ID_HEADER}: ${id}\r\nSubject: test\r\n\r\n`
  const line = `${'x'.repeat(70)}\r\n`
  return header + line.repeat(Math.ceil(Math.max(0, sizeBytes - header.length) / line.length))
}

export async function connectSmtp(
  endpoint: Endpoint,
  ca: string,
  user: SinkUser | undefined,
): Promise<TestClient> {
  const session = createSmtpSession(await openSocket(endpoint, ca))
  await session.reply()
  await session.say('EHLO client.example.net')
  if (endpoint.tls === 'starttls') {
    await session.say('STARTTLS')
    await session.secure(ca)
    await session.say('EHLO client.example.net')
  }

  /** The first reply that refuses, else the one to DATA. */
  async function envelope(): Promise<string> {
    if (user) {
      const token = Buffer.from(`\0${user.user}\0${user.password}`).toString('base64')
      const reply = await session.say(`AUTH PLAIN ${token}`)
      if (!/^(235|503)/.test(reply)) return reply
    }
    for (const command of ['MAIL FROM:<a@example.net>', 'RCPT TO:<b@example.net>']) {
      const reply = await session.say(command)
      if (!reply.startsWith('250')) return reply
    }
    return session.say('DATA')
  }

  return {
    async submit(id, sizeBytes) {
      const reply = await envelope()
      if (!reply.startsWith('354')) return readReply(reply)
      session.write(messageText(id, sizeBytes))
      return readReply(await session.say('.'))
    },
    async vanish(id) {
      await envelope()
      session.write(messageText(id, 500))
      session.end()
    },
    close: () => session.end(),
  }
}
