import { z } from 'zod'
import { ID_HEADER } from '../message/identity.ts'
import type { Content, Message } from '../message/message.ts'
import type { Cause, Verdict } from '../sample.ts'
import { addressed } from './addressees.ts'
import { jsonResponse } from './json.ts'
import { formatMailbox, parseMailbox } from './mailbox.ts'
import type { HttpResponse, ReceivedMessage, Stamp, Taken } from './provider.ts'
import { readResults } from './results.ts'
import { type Doorkeeper, jsonRoute, rejection } from './route.ts'
import { causeOfWords, criticise, requestIdOf, sesRefusal, sesVerdict } from './ses-errors.ts'
import {
  BAD_DATA,
  dataIn,
  decodeAttachments,
  decodeHeaders,
  decodeTemplate,
  destinations,
  encodeAttachments,
  flawOfDestination,
  listsOf,
  messageIdOf,
  RECIPIENTS_MAX,
  sender,
  typeWords,
  wireHeaders,
  wireTemplate,
} from './ses-wire.ts'
import { verdictOfStatus } from './status.ts'
import { optionalText } from './wire.ts'

/** SendBulkEmail of Amazon SES: one template, whose names are filled in for each entry. */
export const BULK_PATH = '/v2/email/outbound-bulk-emails'

const entry = z.object({
  Destination: destinations,
  ReplacementHeaders: wireHeaders,
  ReplacementEmailContent: z
    .object({ ReplacementTemplate: z.object({ ReplacementTemplateData: optionalText }) })
    .optional(),
})
const bulk = z.object({
  FromEmailAddress: sender,
  DefaultContent: z.object({ Template: wireTemplate }),
  BulkEmailEntries: z
    .array(entry)
    .min(1, 'Bulk emails should have at least one entry')
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

const ownDataOf = ({ ReplacementEmailContent }: Entry) =>
  ReplacementEmailContent?.ReplacementTemplate.ReplacementTemplateData

function decode({ FromEmailAddress, DefaultContent }: Bulk, one: Entry): Content {
  const { Template } = DefaultContent
  return {
    from: parseMailbox(FromEmailAddress),
    to: (one.Destination.ToAddresses ?? []).map(parseMailbox),
    ...decodeTemplate(Template, ownDataOf(one)),
    headers: { ...decodeHeaders(Template.Headers), ...decodeHeaders(one.ReplacementHeaders) },
    attachments: decodeAttachments(Template.Attachments),
  }
}

function received(sent: Bulk, one: Entry): ReceivedMessage {
  const badAddress = flawOfDestination(one.Destination)
  const badData = dataIn(ownDataOf(one)) === undefined ? BAD_DATA : undefined
  const words = badAddress ?? badData
  return {
    id: one.ReplacementHeaders?.find(({ Name }) => Name === ID_HEADER)?.Value,
    ...addressed(listsOf(one.Destination), text => parseMailbox(text).address),
    content: () => decode(sent, one),
    ...(words !== undefined && {
      refusal: rejection(400, badAddress ? 'recipient' : 'content', words, 'INVALID_PARAMETER'),
    }),
  }
}

function accept({ messages }: Taken, { serial }: Stamp): HttpResponse {
  const results = messages.map(({ refusal }, i) =>
    refusal
      ? { Status: refusal.enhancedCode, Error: refusal.text }
      : { Status: 'SUCCESS', MessageId: messageIdOf(serial + i) },
  )
  return jsonResponse(200, { BulkEmailEntryResults: results }, requestIdOf(serial))
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
    typeWords,
    criticise,
    take: sent => ({ messages: sent.BulkEmailEntries.map(one => received(sent, one)) }),
    accept,
    refuse: sesRefusal,
  })
}
