import type { Message } from '../message/message.ts'
import type { BatchSender } from '../provider/provider.ts'
import type { Reply, Verdict } from '../sample.ts'
import type { CallSender, Transport } from './transport.ts'

/** Messages that go in one call. */
export interface Batch {
  /** Of the first of them. */
  readonly index: number
  readonly messages: readonly Message[]
}

/**
 * A dialect's batch call as one that a client sends like any other. Its answer is always awaited whole: a status
 * cannot say which of the messages were refused.
 * @param size the most messages of a call
 */
export function batchSender(batch: BatchSender, size: number): CallSender<Batch> {
  return {
    bodyDecides: true,
    request: ({ messages }, key, path) => batch.request(messages, key, path),
    verdict(response) {
      // How many were sent is not known here; what an answer does not speak of is in doubt, and nobody asks for it.
      const each = batch.verdicts(response, size)
      return { ...wholeOf(each), each }
    },
  }
}

/** A call has been accepted when one of its messages has; otherwise it is as good as the first of them. */
function wholeOf(each: readonly Verdict[]): Verdict {
  const whole = each.find(({ outcome }) => outcome === 'accepted') ?? each[0]
  if (!whole) throw new Error('a batch call of no messages')
  return whole
}

/** What became of one message: the call's times and connection, and its own verdict where the answer has one. */
function replyOf(reply: Reply, verdict: Verdict | undefined): Reply {
  if (!verdict) return reply
  const { outcome, cause, code, enhancedCode, text, recipientsRefused = 0 } = verdict
  const phase = outcome === 'accepted' ? undefined : (reply.phase ?? 'wait')
  const { connectionId, phases } = reply
  return { outcome, phase, cause, code, enhancedCode, text, recipientsRefused, connectionId, phases }
}

interface Waiting {
  readonly message: Message
  readonly settle: (reply: Reply) => void
}

/**
 * Gathers messages, each of which stays a submission of its own, with its own reply, and sends them by calls of
 * `size` messages: when so many wait, or, of the last ones, when this turn of the event loop is over. Its users
 * submit together, so that every call but the last is full; each message's times are those of its call.
 */
export function batched(calls: Transport<Batch>, size: number): Transport {
  let waiting: Waiting[] = []
  let made = 0
  let turn: NodeJS.Immediate | undefined

  function send(): void {
    clearImmediate(turn)
    const sent = waiting
    const [first] = sent
    if (!first) return
    waiting = []
    made += 1
    const batch = { index: first.message.index, messages: sent.map(({ message }) => message) }
    void calls.submit(batch).then(reply => {
      for (const [i, { settle }] of sent.entries()) settle(replyOf(reply, reply.each?.[i]))
    })
  }

  return {
    protocol: calls.protocol,
    get connectionsOpened() {
      return calls.connectionsOpened
    },
    get fallbacks() {
      return calls.fallbacks ?? []
    },
    get calls() {
      return made
    },
    submit(message) {
      const reply = new Promise<Reply>(settle => waiting.push({ message, settle }))
      if (waiting.length >= size) send()
      else if (waiting.length === 1) turn = setImmediate(send)
      return reply
    },
    async [Symbol.asyncDispose]() {
      send()
      await calls[Symbol.asyncDispose]()
    },
  }
}
