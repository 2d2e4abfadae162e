import { z } from 'zod'
import { linkSpec } from '../link/link.ts'
import { messageNames } from '../message/corpus.ts'
import { mergeSpec } from '../message/merge-spec.ts'
import { providerNames } from '../provider/providers.ts'
import { faultsSpec } from '../sink/fault/fault-spec.ts'
import { scriptSpec } from '../sink/script.ts'
import { durationText, lineText, positiveDurationText, sizeText, wholeNumber } from '../text-schema.ts'
import { retrySpec } from '../transport/retry-policy.ts'
import { loadDefaults } from './load-choice.ts'
import { domainPattern, foreignWords, NO_DOMAIN } from './own-domain.ts'
import { clientNames, httpVersions, modes } from './pairings.ts'
import { targetSpec } from './target-spec.ts'

/** One value, or a list of which every value is tried: lists multiply. */
const oneOrMore = <T extends z.ZodType>(value: T) =>
  z.union([value, z.array(value).min(1, 'must not be empty')])

const client = z.enum(clientNames)

const ratePerS = z.number().min(0).max(1e6)
const rampSchema = z
  .strictObject({
    from: ratePerS.describe('messages a second at the start'),
    to: ratePerS.describe('messages a second at the end of the way up'),
    over: positiveDurationText.describe('how long the way up takes'),
    back: z.boolean().optional().describe('and back down, for as long again'),
    until: z
      .literal('throttled')
      .optional()
      .describe('ends soon after the first message is refused for its rate: at the knee'),
  })
  .refine(({ from, to }) => from + to > 0, { message: 'a ramp from 0 to 0 sends nothing', path: ['to'] })

const batchSize = z.union([wholeNumber(1, 100_000), z.literal('max')], {
  error: 'must be a whole number, or max',
})

const ownDomain = z
  .string()
  .regex(domainPattern, { error: NO_DOMAIN, abort: true })
  .refine(domain => foreignWords(domain) === undefined, { error: ({ input }) => foreignWords(String(input)) })

/** What varies between the trials of a plan. */
const conditionFields = {
  transport: oneOrMore(z.enum(['smtp', 'http']))
    .optional()
    .describe('the transports that a block of conditions is for; by default both'),
  client: oneOrMore(client).optional().describe('clients to measure'),
  mode: oneOrMore(z.enum(modes))
    .optional()
    .describe(`how the wire clients use a connection: ${modes.join(', ')}`),
  http_version: oneOrMore(z.enum(httpVersions)).optional().describe('HTTP version of the HTTP clients'),
  connection: oneOrMore(z.enum(['reuse', 'fresh']))
    .optional()
    .describe('pooled connections, or a new one a message'),
  tls: oneOrMore(z.enum(['none', 'starttls', 'implicit']))
    .optional()
    .describe('encryption of the local sinks (starttls is implicit for HTTP)'),
  auth: oneOrMore(z.union([z.boolean(), z.literal('wrong')]))
    .optional()
    .describe('authentication at the local sinks; wrong: with credentials that they refuse'),
  users: oneOrMore(wholeNumber(1, 10_000)).optional().describe('users of a closed load'),
  rate: oneOrMore(z.number().positive().max(1e6))
    .optional()
    .describe('messages a second of an open load, which does not wait for replies'),
  arrivals: oneOrMore(z.enum(['constant', 'poisson']))
    .optional()
    .describe('how an open load spaces them'),
  ramp: rampSchema.optional().describe('an open load whose rate goes from one value to another'),
  max_in_flight: wholeNumber(1, 1_000_000)
    .optional()
    .describe('of an open load: what is due beyond it is dropped, and counted'),
  connections: oneOrMore(wholeNumber(1, 10_000))
    .optional()
    .describe('the most connections that a client opens; by default one per user, 10 for open load'),
  rtt: oneOrMore(durationText)
    .optional()
    .describe('round-trip time of an emulated network before the server'),
  link: linkSpec.optional().describe('what else is wrong with the emulated network'),
  faults: faultsSpec
    .optional()
    .describe('what goes wrong at the local sinks, where, how often: one list, which replaces another'),
  repeat: wholeNumber(1, 1000).optional().describe('repetitions of each label'),
  retry: oneOrMore(retrySpec)
    .optional()
    .describe('attempts after the first, of what is deferred, faulted or in doubt; or a mapping with times'),
  idempotency: oneOrMore(z.boolean())
    .optional()
    .describe('give each message an idempotency key, where the API knows such keys; SMTP has none'),
  message: oneOrMore(z.enum(messageNames))
    .optional()
    .describe(`message of the corpus: ${messageNames.join(', ')}`),
  size: oneOrMore(sizeText)
    .optional()
    .describe('a synthetic message of this size, instead of one of the corpus'),
  merge: mergeSpec
    .optional()
    .describe('a mail merge, instead of a message: personalised messages, by every way that a target has'),
  batch: oneOrMore(batchSize)
    .optional()
    .describe('messages of an API call; max: as many as the provider takes; SMTP sends them one by one'),
  recipients: oneOrMore(wholeNumber(1, 1000)).optional().describe('recipients of each message'),
  messages: wholeNumber(1).optional().describe('messages of a trial, after its warm-up'),
  duration: positiveDurationText.optional().describe('the longest that a trial sends, after its warm-up'),
  warmup: z
    .union([wholeNumber(0), durationText])
    .optional()
    .describe('messages, or a duration, sent before a trial is measured'),
  think: durationText.optional().describe("a user's pause between a reply and the next message"),
  timeout: z
    .union([z.literal('rfc'), positiveDurationText], {
      error: 'must be a duration such as 10s, or rfc',
    })
    .optional()
    .describe('the longest that each step of a submission may take; rfc: as RFC 5321 has it'),
} as const

const conditionSchema = z.strictObject(conditionFields)

export const planSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'must be lower-case letters, digits and hyphens, at most 41')
    .optional()
    .describe('names the run directory'),
  description: z.string().optional().describe('one sentence for people'),
  smtp: z.string().optional().describe('SMTP target: a URL, or sink'),
  api: z.string().optional().describe('HTTP target: a URL, or sink'),
  provider: z.enum(providerNames).optional().describe('dialect of the HTTP target'),
  api_key: z
    .string()
    .optional()
    .describe('key of the HTTP target; may name an environment variable, as URLs may'),
  from: z.string().optional().describe("sender's address"),
  to: z.string().optional().describe("recipient's address"),
  subaddress: z
    .boolean()
    .optional()
    .describe(
      'send each message to a subaddress of its own, local+id@domain, at real servers as at local sinks',
    ),
  tls_ca: lineText.optional().describe('file of certificate authorities in PEM'),
  tls_insecure: z.boolean().optional().describe('do not verify certificates (loopback only)'),
  tls_resume: z.boolean().optional().describe('offer TLS session tickets, for every client'),
  script: scriptSpec.optional().describe('what the local sinks answer'),
  seed: z
    .union([lineText, z.number()])
    .optional()
    .describe('replays order and messages; by default a new one'),
  thresholds: z
    .array(z.string())
    .optional()
    .describe(
      'conditions that labels must meet, as latency.p99<250ms or, for some, latency.p99{transport:smtp}<250ms; otherwise the status is 1',
    ),
  samples: z.boolean().optional().describe('keep every submission in samples.csv.gz'),
  skip_anatomy: z.boolean().optional().describe('send nothing beside what is measured: count no round trips'),
  confirm: z.boolean().optional().describe('send to hosts that are not on loopback'),
  live: z
    .boolean()
    .optional()
    .describe("deliver mail by a provider, to one of own_domains, instead of using the provider's safe mode"),
  max_messages: wholeNumber(1)
    .optional()
    .describe(
      'the most messages sent to hosts that are not on loopback, each recipient counted; trials are cut to fit',
    ),
  targets: z
    .array(targetSpec)
    .min(1, 'must not be empty')
    .optional()
    .describe('several servers to compare, instead of smtp and api'),
  emulate: z.boolean().optional().describe('put a local sink in the place of every target'),
  own_domains: z
    .array(ownDomain)
    .min(1, 'must not be empty')
    .optional()
    .describe('domains whose mail is yours to receive: live mail goes nowhere else'),
  price: z.number().nonnegative().optional().describe('of a thousand messages, for max_spend'),
  max_spend: z
    .number()
    .nonnegative()
    .optional()
    .describe('the most that a run may cost, in the currency of the prices'),
  out: lineText.min(1).optional().describe('folder of run directories'),
  history: lineText
    .min(1)
    .optional()
    .describe('file of all runs, as results/history.csv, to which a valid one is added; see `history`'),
  ...conditionFields,
  conditions: z
    .array(conditionSchema)
    .min(1, 'must not be empty')
    .optional()
    .describe('blocks of conditions; each adds to, or replaces, what the plan says at its top'),
})

export type Plan = z.infer<typeof planSchema>

/** The JSON Schema (draft 2020-12) of a plan file, for editors. */
export function planJsonSchema(): object {
  return z.toJSONSchema(planSchema, { io: 'input', unrepresentable: 'any' })
}
export type ConditionFields = z.infer<typeof conditionSchema>
export const conditionFieldNames = Object.keys(conditionFields) as (keyof ConditionFields)[]

/** Fields that say a thing in another way: who sets one, takes out the others. */
const rivals: Readonly<Record<string, readonly string[]>> = {
  size: ['message', 'merge'],
  message: ['size', 'merge'],
  merge: ['size', 'message'],
  users: ['rate', 'arrivals', 'ramp', 'max_in_flight'],
  think: ['rate', 'arrivals', 'ramp', 'max_in_flight'],
  rate: ['users', 'think', 'ramp'],
  ramp: ['users', 'think', 'rate', 'arrivals'],
  smtp: ['targets'],
  api: ['targets'],
}

/** Lays `over` upon `fields`: what it sets wins, and its rivals go. */
export function overlaid<Fields extends object>(fields: Fields, over: object): Fields {
  const ousted = new Set(Object.keys(over).flatMap(field => rivals[field] ?? []))
  return {
    ...(Object.fromEntries(Object.entries(fields).filter(([field]) => !ousted.has(field))) as Fields),
    ...over,
  }
}

/** What holds where a plan says nothing. */
export const planDefaults = {
  provider: 'generic',
  repeat: 3,
  out: 'results/runs',
  max_messages: 100,
  max_spend: 1,
  message: 'password-reset',
  http_version: '1.1',
  rtt: '0ms',
  connection: 'reuse',
  auth: true,
  users: loadDefaults.users,
  arrivals: loadDefaults.arrivals,
  max_in_flight: loadDefaults.max_in_flight,
  recipients: 1,
  messages: 200,
  warmup: 20,
  duration: '60s',
  think: loadDefaults.think,
  timeout: '10s',
  retry: 0,
  idempotency: false,
} as const
