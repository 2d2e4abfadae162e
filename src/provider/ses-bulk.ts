import { z } from 'zod'
import { ID_HEADER } from '../message/identity.ts'
import { fillContent } from '../message/merge.ts'
import type { Content, Message } from '../message/message.ts'
import type { Cause, Verdict } from '../sample.ts'
import { jsonResponse } from './json.ts'
import { formatMailbox, parseMailbox } from './mailbox.ts'
import type { HttpResponse, ReceivedMessage, Stamp, Taken } from './provider.ts'
import { readResults } from './results.ts'
import { type Doorkeeper, jsonRoute, rejection } from './route.ts'
import { causeOfWords, criticise, sesRefusal, sesVerdict } from './ses-errors.ts'
import {
  decodeAttachments,
  encodeAttachments,
  isMailbox,
  messageIdOf,
  RECIPIENTS_MAX,
  sender,
  wireAttachments,
  wireHeaders,
} from './ses-wire.ts'
import { verdictOfStatus } from './status.ts'
import { defined, optionalText } from './wire.ts'

/** SendBulkEmail of Amazon SES: one template, whose names are filled in for each entry. */
export const BULK_PATH = '/v2/email/outbound-bulk-emails'

const entry = z.object({
  Destination: z.object({ ToAddresses: z.array(z.string()).min(1) }),
  ReplacementHeaders: wireHeaders,
  ReplacementEmailContent: z
    .object({ ReplacementTemplate: z.object({ ReplacementTemplateData: z.string() }) })
    .optional(),
})
const template = z.object({
  TemplateContent: z.object({ Subject: z.string(), Text: optionalText, Html: optionalText }),
  TemplateData: optionalText,
  Attachments: wireAttachments,
})
const bulk = z.object({
  FromEmailAddress: sender,
  DefaultContent: z.object({ Template: template }),
  BulkEmailEntries: z
    .array(entry)
    .min(1)
    .max(RECIPIENTS_MAX, `Bulk emails should have at most ${RECIPIENTS_MAX} entries`),
})
type Bulk = z.infer<typeof bulk>
type Entry = z.infer<typeof entry>

export function encodeBulk(messages: readonly Message[]): Bulk {
  const [first] = messages
  if (!first) throw new Error('There is no message to send')
  const { from, attachments } = first.content
  const { subject, text, html } = first.merge?.template ?? first.content
  return {
    FromEmailAddress: formatMailbox(from),
    DefaultContent: {
      Template: {
        TemplateContent: { Subject: subject, Text: text, Html: html },
        TemplateData: '{}',
        Attachments: encodeAttachments(attachments),
      },
    },
    BulkEmailEntries: messages.map(({ content, merge }) => ({
      Destination: { ToAddresses: content.to.map(formatMailbox) },
      ReplacementEmailContent: {
        ReplacementTemplate: { ReplacementTemplateData: JSON.stringify(merge?.data ?? {}) },
      },
      ReplacementHeaders: Object.entries(content.headers).map(([Name, Value]) => ({ Name, Value })),
    })),
  }
}

function decode({ FromEmailAddress, DefaultContent }: Bulk, one: Entry): Content {
  const { TemplateContent, TemplateData = '{}', Attachments } = DefaultContent.Template
  const { Subject, Text, Html } = TemplateContent
  const own = one.ReplacementEmailContent?.ReplacementTemplate.ReplacementTemplateData ?? '{}'
  const data: Record<string, string> = { ...JSON.parse(TemplateData), ...JSON.parse(own) }
  return {
    from: parseMailbox(FromEmailAddress),
    to: one.Destination.ToAddresses.map(parseMailbox),
    ...fillContent({ template: { subject: Subject, ...defined({ text: Text, html: Html }) }, data }),
    headers: Object.fromEntries((one.ReplacementHeaders ?? []).map(({ Name, Value }) => [Name, Value])),
    attachments: decodeAttachments(Attachments),
  }
}

function received(sent: Bulk, one: Entry): ReceivedMessage {
  const { ToAddresses } = one.Destination
  const bad = ToAddresses.find(address => !isMailbox(address))
  return {
    id: one.ReplacementHeaders?.find(({ Name }) => Name === ID_HEADER)?.Value,
    recipients: ToAddresses.map(text => parseMailbox(text).address),
    content: () => decode(sent, one),
    ...(bad !== undefined && {
      refusal: rejection(400, 'recipient', "Missing final '@domain'", 'INVALID_PARAMETER'),
    }),
  }
}

function accept({ messages }: Taken, { serial }: Stamp): HttpResponse {
  const results = messages.map(({ refusal }, i) =>
    refusal
      ? { Status: refusal.enhancedCode, Error: refusal.text }
      : { Status: 'SUCCESS', MessageId: messageIdOf(serial + i) },
  )
  return jsonResponse(200, { BulkEmailEntryResults: results })
}

/** What the statuses of entries mean; the rest are told by the words of the error. */
const verdictOfEntry: Record<string, readonly [outcome: 'deferred' | 'rejected', cause: Cause]> = {
  ACCOUNT_THROTTLED: ['deferred', 'throttled'],
  ACCOUNT_DAILY_QUOTA_EXCEEDED: ['deferred', 'throttled'],
  TRANSIENT_FAILURE: ['deferred', 'server'],
  ACCOUNT_SUSPENDED: ['rejected', 'policy'],
  ACCOUNT_SENDING_PAUSED: ['rejected', 'policy'],
  CONFIGURATION_SET_SENDING_PAUSED: ['rejected', 'policy'],
  MAIL_FROM_DOMAIN_NOT_VERIFIED: ['rejected', 'sender'],
}

interface WireResult {
  readonly Status: string
  readonly Error?: string
}

export function bulkVerdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const whole = sesVerdict(response)
  return readResults(response, whole, count, (value, i) => {
    const { BulkEmailEntryResults } = value as { BulkEmailEntryResults: readonly WireResult[] }
    const result = BulkEmailEntryResults[i]
    if (!result) return undefined
    const { Status, Error: text = '' } = result
    if (Status === 'SUCCESS') return whole
    const [outcome, cause] = verdictOfEntry[Status] ?? ['rejected', causeOfWords(text)]
    return { ...verdictOfStatus(400, {}), outcome, cause, enhancedCode: Status, text }
  })
}

export function bulkRoute(strangerOf: Doorkeeper, bytesMax: number) {
  return jsonRoute({
    path: BULK_PATH,
    bytesMax,
    strangerOf,
    schema: bulk,
    criticise,
    take: sent => ({ messages: sent.BulkEmailEntries.map(one => received(sent, one)) }),
    accept,
    refuse: sesRefusal,
  })
}
