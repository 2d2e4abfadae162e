import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { createInterface } from 'node:readline'

/**
 * What a server says to whoever shows it: colours, a cleared screen, a title, C1's own escape, words that run
 * backwards, another line that looks like ours; and formulas, which spreadsheets run.
 */
export const HOSTILE_WORDS =
  '=cmd|calc!A0 \u001b[31mred\u001b[2J\u001b]0;title\u0007 \u009b31m \u202ekcab\u2066 a\u2028b\u0085c \u0000\b\r\u007f +1 @x'

/** Controls of C0 other than the end of a line, DEL and C1, separators, and what turns the direction of writing. */
export const unprintable = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u

export interface TalkingServer extends AsyncDisposable {
  readonly port: number
  /** All that was said to it. */
  heard(): string
}

async function listening(server: Server, heard: () => string): Promise<TalkingServer> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, heard, [Symbol.asyncDispose]: async () => void server.close() }
}

/** Offers neither STARTTLS nor AUTH, takes no message, and is rude in every reply. */
export function openRudeSmtp(): Promise<TalkingServer> {
  const heard: string[] = []
  const server = createServer(socket => {
    socket.on('error', () => {})
    const say = (text: string) => socket.write(`${text} ${HOSTILE_WORDS}\r\n`)
    say('220')
    createInterface({ input: socket })
      .on('error', () => {})
      .on('line', line => {
        heard.push(line)
        if (/^EHLO/i.test(line)) socket.write(`250-${HOSTILE_WORDS}\r\n250-SIZE ${HOSTILE_WORDS}\r\n`)
        say(/^(?:EHLO|QUIT)/i.test(line) ? '250' : '550 5.7.1')
      })
  })
  return listening(server, () => heard.join('\n'))
}

/** Takes no message, and is rude in head and body. */
export function openRudeHttp(): Promise<TalkingServer> {
  const heard: string[] = []
  const server = createHttp((request, response) => {
    heard.push(request.rawHeaders.join('\n'))
    request.resume().on('end', () => {
      const words = `${HOSTILE_WORDS}`
      // Octets that a field may hold though no terminal should be told: obs-text (RFC 9110 §5.5), C1 among them.
      response.writeHead(422, 'Not \u009b31m', {
        'content-type': 'application/json',
        'x-rate-limit': '\u009b31m \u0085 =1+1',
      })
      response.end(
        JSON.stringify({ message: words, error: { message: words }, errors: [{ message: words }] }),
      )
    })
  })
  return listening(server, () => heard.join('\n'))
}
