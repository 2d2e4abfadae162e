/** One message that Postfix made a queue file for; long queue ids, so that none is used twice. */
interface QueueFile {
  messageId?: string
  /** Whole and on disk: what the 250 after the content stands for. */
  queued: boolean
  /** Recipients that discard(8) took. */
  sent: number
}

/** What Postfix's own log says of the mail that it took. */
export interface MailLog {
  /** Message-ID of every whole message, in order; twice when it was taken twice. */
  readonly queued: readonly string[]
  /** Message-ID of every message that was delivered, once a recipient. */
  readonly delivered: readonly string[]
  /** SMTP AUTH user of every transaction; undefined for one without. */
  readonly users: readonly (string | undefined)[]
  /** Sessions by the service that they reached, `submission` being the plain `smtpd`. */
  readonly sessions: { readonly submission: number; readonly smtps: number }
  readonly tlsSessions: number
}

// `Nov 23 10:18:19 mail postfix/qmgr[27059]: 4jY22g1hkJzJJNm: removed`
const entry = /^\S+ +\d+ [\d:]+ \S+ (postfix\/[\w/-]+)\[\d+\]: (.*)$/
const ofQueueFile = /^([0-9A-Za-z]{10,}): (.*)$/

/** Reads the log's text, entries of one message in any order: several processes write it. */
export function parseMailLog(text: string): MailLog {
  const files = new Map<string, QueueFile>()
  const users: (string | undefined)[] = []
  const sessions = { submission: 0, smtps: 0 }
  let tlsSessions = 0

  function fileOf(id: string): QueueFile {
    const file = files.get(id) ?? { queued: false, sent: 0 }
    files.set(id, file)
    return file
  }

  function readQueueEntry(program: string, id: string, words: string): void {
    const messageId = /^message-id=(<.*>)/.exec(words)?.[1]
    if (messageId !== undefined) fileOf(id).messageId = messageId
    if (program === 'postfix/qmgr' && words.endsWith('(queue active)')) fileOf(id).queued = true
    if (program === 'postfix/discard' && words.includes(' status=sent ')) fileOf(id).sent += 1
    if (words.startsWith('client=')) users.push(/ sasl_username=([^ ,]+)/.exec(words)?.[1])
  }

  for (const line of text.split('\n')) {
    const [, program = '', words = ''] = entry.exec(line) ?? []
    const [, id, rest] = ofQueueFile.exec(words) ?? []
    if (id !== undefined && rest !== undefined) readQueueEntry(program, id, rest)
    else if (words.startsWith('connect from ')) sessions[program.includes('smtps') ? 'smtps' : 'submission']++
    else if (words.includes('TLS connection established from')) tlsSessions++
  }
  // A file that qmgr found again after a restart keeps its id, and is still one message.
  const whole = [...files.values()].filter(({ queued }) => queued)
  const idOf = ({ messageId }: QueueFile) => messageId ?? 'none logged'
  return {
    queued: whole.map(idOf),
    delivered: whole.flatMap(file => Array.from({ length: file.sent }, () => idOf(file))),
    users,
    sessions,
    tlsSessions,
  }
}
