import { createServer as createHttp2 } from 'node:http2'
import type { TlsOptions } from 'node:tls'
import type { Step } from './scripted-server.ts'

/** What to do at a point of a dialogue: a reply to give, or steps to take instead. */
export type Reaction = string | readonly Step[]

/** Points of an SMTP session by the command that leads to them; `.` is the end of data, by BDAT as well. */
export type SmtpPoint =
  | 'greeting'
  | 'EHLO'
  | 'HELO'
  | 'STARTTLS'
  | 'AUTH'
  | 'RSET'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'BDAT'
  | 'QUIT'
  | '.'

export type SmtpReactions = Partial<Record<SmtpPoint, Reaction | readonly string[]>>

export interface SmtpDialogue {
  /** STARTTLS is offered with it, or TLS comes first. */
  readonly tls?: { readonly mode: 'starttls' | 'implicit'; readonly options: TlsOptions } | undefined
  /** Each command that was heard, first word only. */
  readonly log?: string[]
  /** Keywords that are offered besides the usual ones. */
  readonly extensions?: readonly string[]
  /** Told of the content of each message, as it came. */
  readonly onContent?: (content: string) => void
}

const politeReplies: Record<string, string> = {
  HELO: '250 scripted',
  STARTTLS: '220 2.0.0 go ahead',
  AUTH: '235 2.7.0 welcome',
  DATA: '354 go ahead',
  QUIT: '221 2.0.0 bye',
  '.': '250 2.0.0 taken',
}

function ehloReply(offersTls: boolean, extensions: readonly string[]): string {
  const keywords = [
    'scripted',
    'PIPELINING',
    'ENHANCEDSTATUSCODES',
    ...extensions,
    ...(offersTls ? ['STARTTLS'] : []),
    'AUTH PLAIN',
  ]
  return keywords.map((word, i) => `250${i < keywords.length - 1 ? '-' : ' '}${word}`).join('\r\n')
}

/** A server that behaves, except where `reactions` say otherwise. A list of replies is given one by one. */
export function smtpDialogue(
  reactions: SmtpReactions,
  { tls, log = [], extensions = [], onContent = () => {} }: SmtpDialogue = {},
): Step {
  return async peer => {
    const counts = new Map<string, number>()
    let offersTls = tls?.mode === 'starttls'

    async function react(point: string, polite = politeReplies[point] ?? '250 2.0.0 ok'): Promise<void> {
      const nth = counts.get(point) ?? 0
      counts.set(point, nth + 1)
      const reaction = reactions[point as SmtpPoint] ?? polite
      const steps = typeof reaction === 'string' ? [reaction] : reaction
      if (steps.every(step => typeof step === 'string')) return peer.say(`${steps[nth] ?? steps.at(-1)}\r\n`)
      for (const step of steps) if (typeof step === 'function') await step(peer)
    }

    function politeReply(verb: string): string | undefined {
      return verb === 'EHLO' ? ehloReply(offersTls, extensions) : undefined
    }

    if (tls?.mode === 'implicit') await peer.secure(tls.options)
    await react('greeting', '220 scripted ESMTP')
    for (;;) {
      const line = await peer.hear(/\r\n/)
      const verb = (/^\S+/.exec(line)?.[0] ?? '').toUpperCase()
      log.push(verb)
      if (verb === 'BDAT' && reactions.BDAT === undefined) {
        onContent(await peer.take(Number(line.split(' ')[1])))
        await react('.')
        continue
      }
      await react(verb, politeReply(verb))
      if (verb === 'STARTTLS' && tls && reactions.STARTTLS === undefined) {
        offersTls = false
        await peer.secure(tls.options)
      }
      if (verb === 'DATA' && reactions.DATA === undefined) {
        onContent(await peer.hear(/(?:^|\r\n)\.\r\n/))
        await react('.')
      }
      if (verb === 'QUIT') peer.end()
    }
  }
}

/** A response of HTTP/1.1, complete unless `fields` announce more. */
export function httpResponse(status: number, fields: readonly string[] = [], body = '{}'): string {
  const length = fields.some(field => /^content-length:/i.test(field))
    ? []
    : [`Content-Length: ${body.length}`]
  return [`HTTP/1.1 ${status} X`, ...length, ...fields, '', body].join('\r\n')
}

/** Reads each request of HTTP/1.1 whole, then reacts; a list of responses is given one by one. */
export function http1Dialogue(reaction: Reaction | readonly string[], log: string[] = []): Step {
  return async peer => {
    for (let nth = 0; ; nth++) {
      const head = await peer.hear(/\r\n\r\n/)
      await peer.skip(Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0))
      log.push('POST')
      const steps = typeof reaction === 'string' ? [reaction] : reaction
      if (steps.every(step => typeof step === 'string')) peer.say(String(steps[nth] ?? steps.at(-1)))
      else for (const step of steps) if (typeof step === 'function') await step(peer)
    }
  }
}

/** Reads a request of HTTP/2 (all of it, or its first bytes), then takes the steps below HTTP/2's back. */
export function http2Dialogue(steps: readonly Step[], readBytes = Number.POSITIVE_INFINITY): Step {
  return async peer => {
    const engine = createHttp2()
    engine.on('sessionError', () => {})
    const request = new Promise<void>(resolve => {
      engine.on('stream', stream => {
        let heardBytes = 0
        stream.on('error', () => {})
        stream.on('data', (chunk: Buffer) => {
          heardBytes += chunk.length
          if (heardBytes < readBytes) return
          stream.pause()
          resolve()
        })
        stream.on('end', resolve)
      })
    })
    engine.emit('connection', peer.release())
    await request
    for (const step of steps) await step(peer)
  }
}
