import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A server that repeats all that it is told, plainly and in every encoding that it can think of. */
export interface EchoingServer extends AsyncDisposable {
  readonly port: number
  /** All that it was told, decoded as well. */
  heard(): string
}

const decoded = (text: string) =>
  [...text.matchAll(/[A-Za-z0-9+/]{8,}={0,2}/g)].map(([digits]) =>
    Buffer.from(digits, 'base64').toString('latin1'),
  )

/** One line, without what would end it. */
const asLine = (text: string) => text.replace(/[\0-\x1f\x7f]+/g, ' ')

function echoed(text: string): string {
  const plain = asLine([text, ...decoded(text)].join(' '))
  return [plain, encodeURIComponent(plain).slice(0, 600), Buffer.from(plain).toString('base64')].join(' ')
}

/** A line of a reply, as long as one may be expected to be. */
const reply = (code: string, text: string) => `${code} ${echoed(text)}`.slice(0, 900)

const CHALLENGE = Buffer.from('<1896.697170952@postoffice.example.net>').toString('base64')

/** What a mechanism asks for after AUTH, when its first response did not come with it. */
const challenges: Readonly<Record<string, readonly string[]>> = {
  PLAIN: [''],
  LOGIN: ['VXNlcm5hbWU6', 'UGFzc3dvcmQ6'],
  'CRAM-MD5': [CHALLENGE],
}

function serveSmtp(socket: Socket, mechanism: string, hear: (line: string) => void): void {
  let told = ''
  let asks: string[] = []
  let rest = ''
  socket.on('error', () => {})
  socket.write('220 tell me\r\n')
  const answer = (line: string): string => {
    const [verb = '', , initial] = line.split(' ')
    if (asks.length > 0) {
      asks = asks.slice(1)
      return asks[0] === undefined ? reply('235 2.7.0', told) : `334 ${asks[0]}`
    }
    if (verb === 'EHLO') return `250-echo\r\n250 AUTH ${mechanism}`
    if (verb === 'QUIT') return '221 bye'
    if (verb !== 'AUTH') return reply('550 5.7.1', told)
    if (initial !== undefined) return reply('235 2.7.0', told)
    asks = [...(challenges[mechanism] ?? [])]
    return `334 ${asks[0]}`
  }
  socket.on('data', bytes => {
    const lines = (rest + bytes.toString('latin1')).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      told = `${line} ${told}`
      hear(line)
      socket.write(`${answer(line)}\r\n`)
    }
  })
}

async function listening(
  server: ReturnType<typeof createServer>,
  heard: () => string,
): Promise<EchoingServer> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, heard, [Symbol.asyncDispose]: async () => void server.close() }
}

/** Takes any credentials by one mechanism, and refuses every message in the words of who came with them. */
export function openEchoingSmtp(mechanism: string): Promise<EchoingServer> {
  const told: string[] = []
  const server = createServer(socket =>
    serveSmtp(socket, mechanism, line => told.push(line, ...decoded(line))),
  )
  return listening(server, () => told.join('\n'))
}

/** Refuses every request, and puts what it was told into header and body. */
export function openEchoingHttp(): Promise<EchoingServer> {
  const told: string[] = []
  const server = createHttp((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const text = [
        ...request.rawHeaders,
        request.url ?? '',
        Buffer.concat(chunks).toString('latin1').slice(0, 2000),
      ].join(' ')
      told.push(text, ...decoded(text))
      const words = echoed(text)
      const body = JSON.stringify({
        message: words,
        Message: words,
        error: { message: words },
        errors: [{ message: words }],
      })
      // Servers call nothing so secret that they do not log it.
      response.writeHead(400, {
        'content-type': 'application/json',
        'x-you-said': words.slice(0, 4000).replace(/[^\x20-\x7e]/g, '?'),
      })
      response.end(body)
    })
  })
  return listening(server, () => told.join('\n'))
}
