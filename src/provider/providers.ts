import { brevo } from './brevo.ts'
import { generic } from './generic.ts'
import { mailersend } from './mailersend.ts'
import { mailgun } from './mailgun.ts'
import { mailjet } from './mailjet.ts'
import { mandrill } from './mandrill.ts'
import { netcore } from './netcore.ts'
import { pepipost } from './pepipost.ts'
import { postmark } from './postmark.ts'
import type { Provider } from './provider.ts'
import { resend } from './resend.ts'
import { scaleway } from './scaleway.ts'
import { sendgrid } from './sendgrid.ts'
import { ses } from './ses.ts'
import { smtp2go } from './smtp2go.ts'
import { sparkpost } from './sparkpost.ts'
import { zeptomail } from './zeptomail.ts'

/** Every dialect that is spoken; a new one is one file and one line here. */
export const providers = {
  generic,
  netcore,
  pepipost,
  sendgrid,
  ses,
  postmark,
  resend,
  mailgun,
  brevo,
  mailjet,
  sparkpost,
  mandrill,
  mailersend,
  smtp2go,
  zeptomail,
  scaleway,
} as const satisfies Record<string, Provider>

export type ProviderName = keyof typeof providers
export const providerNames = Object.keys(providers) as ProviderName[]
