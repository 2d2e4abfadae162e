import { UsageError } from '../errors.ts'
import type { Message } from '../message/message.ts'
import type { BatchSender, Provider } from '../provider/provider.ts'
import type { Reply, Verdict } from '../sample.ts'
import type { CallSender, Transport } from './transport.ts'

/** Messages that go in one call. */
export interface Batch {
  /** Of the first of them. */
  readonly index: number
  readonly count: number
  readonly messages: readonly Message[]
}

/**
 * A dialect's batch call as one that a client sends like any other. Its answer is always awaited whole: a status
 * cannot say which of the messages were refused.
 */
export function batchSender(batch: BatchSender): CallSender<Batch> {
  return {
    bodyDecides: true,
    request: ({ messages }, key, path) => batch.request(messages, key, path),
    verdict(response, messages = 1) {
      const each = batch.verdicts(response, messages)
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

/**
 * Where a batch call is made on a server whose URL names the path of the single call, perhaps below another.
 * @throws UsageError when it names something else
 */
export function batchPath({ path: single, batch }: Provider, path: string | undefined): string | undefined {
  if (path === undefined || batch === undefined || batch.path === single) return path
  if (path.endsWith(single)) return path.slice(0, -single.length) + batch.path
  throw new UsageError(
    `batch: ${path} does not say where the batch call is: give a URL that ends in ${single}, or batch: 1`,
  )
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
    const { index } = first.message
    const batch = { index, count: sent.length, messages: sent.map(({ message }) => message) }
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
