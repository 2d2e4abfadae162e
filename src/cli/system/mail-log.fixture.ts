/** One message that Postfix made a queue file for; long queue ids, so that none is used twice. */
interface QueueFile {
  messageId?: string
  /** Whole and on disk: what the 250 after the content stands for. */
  queued: boolean
  /** Those of the last envelope that qmgr read. */
  recipients: number
  /** Recipients that discard(8) took; a delivery that a stop cut off before it was marked is done and logged again. */
  sent: Set<string>
  /** By qmgr, which keeps a file until all its recipients are done. */
  removed: boolean
}

/** What Postfix's own log says of the mail that it took. */
export interface MailLog {
  /** Message-ID of every whole message, in order; twice when it was taken twice. */
  readonly queued: readonly string[]
  /** Message-ID of every message that was delivered to all its recipients; twice when it was taken twice. */
  readonly delivered: readonly string[]
  /** Recipients of any message that discard(8) took. */
  readonly deliveries: number
  /** SMTP AUTH user of every transaction; undefined for one without. */
  readonly users: readonly (string | undefined)[]
  /** Sessions by the service that they reached, `submission` being the plain `smtpd`. */
  readonly sessions: { readonly submission: number; readonly smtps: number }
  readonly tlsSessions: number
}

// `Nov 23 10:18:19 mail postfix/qmgr[27059]: 4jY22g1hkJzJJNm: removed`
const entry = /^\S+ +\d+ [\d:]+ \S+ (postfix\/[\w/-]+)\[\d+\]: (.*)$/
const ofQueueFile = /^([0-9A-Za-z]{10,}): (.*)$/

function readManagerEntry(file: QueueFile, words: string): void {
  const recipients = / nrcpt=(\d+) \(queue active\)$/.exec(words)?.[1]
  if (recipients !== undefined) Object.assign(file, { queued: true, recipients: Number(recipients) })
  if (words === 'removed') file.removed = true
}

// What discard(8) logged just before a stop may be lost with postlogd; the queue file knows better.
const isDelivered = ({ queued, recipients, sent, removed }: QueueFile) =>
  queued && (removed || sent.size >= recipients)

/** Reads the log's text, entries of one message in any order: several processes write it. */
export function parseMailLog(text: string): MailLog {
  const files = new Map<string, QueueFile>()
  const users: (string | undefined)[] = []
  const sessions = { submission: 0, smtps: 0 }
  let tlsSessions = 0

  function fileOf(id: string): QueueFile {
    const file = files.get(id) ?? { queued: false, recipients: 0, sent: new Set<string>(), removed: false }
    files.set(id, file)
    return file
  }

  function readQueueEntry(program: string, id: string, words: string): void {
    const messageId = /^message-id=(<.*>)/.exec(words)?.[1]
    if (messageId !== undefined) fileOf(id).messageId = messageId
    if (program === 'postfix/qmgr') readManagerEntry(fileOf(id), words)
    if (program === 'postfix/discard' && words.includes(' status=sent '))
      fileOf(id).sent.add(/^to=<(.*?)>,/.exec(words)?.[1] ?? '')
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
  const all = [...files.values()]
  const idOf = ({ messageId }: QueueFile) => messageId ?? 'none logged'
  return {
    queued: all.filter(({ queued }) => queued).map(idOf),
    delivered: all.filter(isDelivered).map(idOf),
    deliveries: all.reduce((sum, { sent }) => sum + sent.size, 0),
    users,
    sessions,
    tlsSessions,
  }
}
