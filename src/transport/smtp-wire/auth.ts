import { DialError } from '../../dial/dial.ts'
import type { Credentials } from '../transport.ts'
import { type Dialogue, refuse, type SpokenReply } from './dialogue.ts'
import { bestMechanism, createSasl, type Mechanism } from './sasl.ts'

export interface AuthOptions {
  readonly credentials: Credentials
  /** @default the best of those that are offered */
  readonly mechanism?: Mechanism | undefined
  /** Mechanisms, in upper case. */
  readonly offered: readonly string[]
}

/** RFC 5321 §4.5.3.1.4, to which RFC 4954 §4 holds an initial response; answers to challenges may be longer. */
const MAX_COMMAND_BYTES = 512

const fault = (text: string) => new DialError('auth', 'auth', text)

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64')

const challengeOf = ({ text }: SpokenReply) => Buffer.from(text.slice(4), 'base64')

/** Authenticates (RFC 4954). @throws Refusal, or DialError when there is no way to */
export async function authenticate(
  dialogue: Dialogue,
  { credentials, mechanism: asked, offered }: AuthOptions,
): Promise<void> {
  const mechanism = asked ?? bestMechanism(offered, dialogue.channel.isEncrypted)
  if (mechanism === undefined || !offered.includes(mechanism))
    throw fault(`the server does not offer AUTH ${asked ?? 'by password'}`)
  const { speaksFirst, answers } = createSasl(mechanism, credentials)
  const left = [...answers]
  const answer = (challenge: Buffer) => base64(left.shift()?.(challenge) ?? '')

  let command = `AUTH ${mechanism}`
  if (speaksFirst) {
    const withResponse = `${command} ${base64(answers[0]?.(Buffer.alloc(0)) ?? '')}`
    if (withResponse.length + 2 <= MAX_COMMAND_BYTES) {
      command = withResponse
      left.shift()
    }
  }
  let reply = await dialogue.command(command)
  while (reply.code === 334) {
    if (left.length === 0) throw new DialError('auth', 'protocol', 'the server asks for more than there is')
    reply = await dialogue.command(answer(challengeOf(reply)))
  }
  if (reply.code >= 300) refuse(reply, 'auth', 'auth')
}
