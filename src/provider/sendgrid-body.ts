import { z } from 'zod'
import { everyone } from './addressees.ts'
import { addressText } from './mailbox.ts'
import { mergeValues, optionalFields, optionalText } from './wire.ts'

export const RECIPIENTS_MAX = 1000

export const words = {
  personalizations: 'The personalizations field is required and must have at least one personalization.',
  tooMany: 'The personalization block is limited to 1000 personalizations per API request.',
  to: 'The to array is required for all personalization objects, and must have at least one email object with a valid email address.',
  address: 'Does not contain a valid address.',
  recipients: 'There is a limit of 1000 total recipients (to + cc + bcc) per request.',
  subject:
    'The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.',
  content: 'Unless a valid template_id is provided, the content parameter is required.',
  value: 'The content value must be a string at least one character in length.',
  order: 'If present, text/plain must be first.',
  key: 'The provided authorization grant is invalid, expired, or revoked',
}

const text = (error: string) => z.string(error).min(1, error)
const mailbox = z.object({ email: addressText(words.address), name: optionalText })
const mailboxes = z.array(mailbox).optional()
const personalization = z.object({
  to: z.array(mailbox, words.to).min(1, words.to),
  cc: mailboxes,
  bcc: mailboxes,
  subject: text(words.subject).optional(),
  headers: optionalFields,
  /** These are texts, or nothing: a number is refused, as it is not among a dynamic template's data. */
  substitutions: z.record(z.string(), z.string().nullable()).optional(),
  dynamic_template_data: mergeValues,
})
const attachment = z.object({
  content: text('The attachment content must be base64 encoded.'),
  filename: text('The attachment filename is required.'),
  type: optionalText,
  disposition: z.enum(['inline', 'attachment']).optional(),
  content_id: optionalText,
})
const part = z.object({ type: z.string(), value: text(words.value) })

/** What of the body decides whether it is taken; the API knows further fields. */
export const body = z
  .object({
    personalizations: z
      .array(personalization, words.personalizations)
      .min(1, words.personalizations)
      .max(RECIPIENTS_MAX, words.tooMany)
      .refine(
        all => all.reduce((sum, each) => sum + everyone(each).length, 0) <= RECIPIENTS_MAX,
        words.recipients,
      ),
    from: mailbox,
    reply_to: mailbox.optional(),
    reply_to_list: mailboxes,
    subject: text(words.subject).optional(),
    content: z
      .array(part, words.content)
      .min(1, words.content)
      .refine(parts => parts.findIndex(({ type }) => type === 'text/plain') <= 0, words.order)
      .optional(),
    template_id: optionalText,
    headers: optionalFields,
    attachments: z.array(attachment).optional(),
    mail_settings: z
      .object({ sandbox_mode: z.object({ enable: z.boolean().optional() }).optional() })
      .optional(),
  })
  .refine(
    ({ subject, template_id, personalizations }) =>
      subject || template_id || personalizations.every(each => each.subject),
    { error: words.subject, path: ['subject'] },
  )
  .refine(({ content, template_id }) => content || template_id, { error: words.content, path: ['content'] })
export type Body = z.infer<typeof body>
