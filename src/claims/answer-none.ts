import { short } from '../figure-text.ts'
import type { LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { batchSentences } from './answer-batch.ts'
import { isRefused, nothingAcceptedIn } from './answer-nothing.ts'
import type { Claim, ClaimVerdict } from './claim.ts'
import { circumstanceNames, circumstancesOf, clientInWords } from './condition.ts'
import { invalidIn } from './validity.ts'
import { transportNames } from './words.ts'

/** That a run does not say which, what it says instead, and what would. All text is plain, and one line. */
export interface Unanswered {
  readonly kind: 'none'
  /** Why not. */
  readonly summary: string
  /** What was measured all the same. */
  readonly instead: readonly string[]
  /** The command that measures the rest. */
  readonly remedy: string
}

/** Meant to get through, and measured at least once. */
const counts = ({ repetitions, client, auth }: LabelRow) =>
  repetitions > 0 && client !== 'null' && auth !== 'wrong'

type Transport = keyof typeof transportNames

const transportsOf = (rows: readonly LabelRow[]): Transport[] =>
  (['smtp', 'http'] as const).filter(transport => rows.some(row => row.transport === transport))

const inKinds = {
  server: 'servers',
  rttMs: 'round-trip times',
  connection: 'connections (kept or new)',
  load: 'loads',
  messageBytes: 'messages',
  recipients: 'numbers of recipients',
  batch: 'sizes of batches',
  fault: 'faults',
  protection: 'encryption or authentication',
} as const

/** What both sides have no value of in common. */
function apartIn(rows: readonly LabelRow[]): string[] {
  const [smtp, http] = (['smtp', 'http'] as const).map(transport =>
    rows.filter(row => row.transport === transport).map(circumstancesOf),
  ) as [ReturnType<typeof circumstancesOf>[], ReturnType<typeof circumstancesOf>[]]
  return circumstanceNames
    .filter(name => !smtp.some(ours => http.some(theirs => ours[name] === theirs[name])))
    .map(name => inKinds[name])
}

const clientsOf = (rows: readonly LabelRow[], transport: Transport) =>
  [...new Set(rows.filter(row => row.transport === transport).map(clientInWords))].join(' or ')

/** Both were measured, and no two of their labels can be laid beside each other. */
function whyApart(rows: readonly LabelRow[]): string {
  const apart = apartIn(rows)
  if (apart.length > 0) return `over SMTP and the API it sent under different ${apart.join(' and ')}`
  const isOfBoth = rows.some(a =>
    rows.some(
      b =>
        a.transport !== b.transport &&
        circumstanceNames.every(name => circumstancesOf(a)[name] === circumstancesOf(b)[name]),
    ),
  )
  return isOfBoth
    ? `libraries are compared with libraries and bare clients with bare ones, and it sent by ${clientsOf(rows, 'smtp')} over SMTP, by ${clientsOf(rows, 'http')} over the API`
    : 'it sent over SMTP and the API, but in no condition over both'
}

const only = (what: string, rows: readonly LabelRow[]) => {
  const [first, second] = transportsOf(rows)
  return first === undefined
    ? []
    : [`${what} over ${second ? 'both, but not alike' : `${transportNames[first]} only`}`]
}

function reasonOf(rows: readonly LabelRow[], runs: readonly StoredRun[]): string {
  const singles = rows.filter(({ batch_size: batch }) => batch === null)
  const jobs = rows.filter(({ batch_size: batch }) => batch !== null)
  if (rows.length === 0) return 'nothing that it sent counts'
  const refused = nothingAcceptedIn(rows, runs).join('; ')
  if (transportsOf(singles).length === 2) return refused || whyApart(singles)
  const sent = `it sent ${[...only('single messages', singles), ...only('a mail merge', jobs)].join(', and ')}`
  return [sent, refused].filter(Boolean).join('; ')
}

/** The medians of each transport that was measured, from the least to the most. */
function mediansOf(rows: readonly LabelRow[]): string[] {
  const singles = rows.filter(({ batch_size: batch, fault }) => batch === null && fault === null)
  return transportsOf(singles).flatMap(transport => {
    const own = singles.filter(row => row.transport === transport)
    const medians = own.flatMap(({ latency_p50_ms: ms }) => ms ?? [])
    if (medians.length === 0) return []
    const ends = [...new Set([Math.min(...medians), Math.max(...medians)].map(short))].join(' to ')
    const labels = `${own.length} label${own.length === 1 ? '' : 's'}`
    return [
      `Over ${transportNames[transport]} a message took ${ends} ms at the median (${labels}, ${clientsOf(own, transport)}).`,
    ]
  })
}

const unsettled: readonly ClaimVerdict[] = ['inconclusive', 'not measured here']

/** Which claims runs settle, and how: more than that they do not settle another question. */
export function settledIn(runs: readonly StoredRun[], claims: readonly Claim[]): string[] {
  const told = claims.flatMap(claim => {
    const verdicts = new Set(runs.map(run => claim.judge(run).verdict))
    const settled = [...verdicts].filter(verdict => !unsettled.includes(verdict))
    return settled.length === 0 ? [] : [`${claim.id} (${settled.join(', ')})`]
  })
  const last = told.pop()
  if (last === undefined) return []
  return [
    `It settles ${told.length === 0 ? '' : `${told.join(', ')} and `}${last}, which ${told.length === 0 ? 'stands' : 'stand'} below.`,
  ]
}

/** A URL or a target of a plan: what stands there, we cannot start. */
const isElsewhere = ({ target }: LabelRow) => target !== null && !target.startsWith('sink')

function remedyOf(rows: readonly LabelRow[], claimsMerge: boolean): string {
  if (rows.some(row => isRefused(row) && isElsewhere(row)))
    return 'mailbench probe URL sends one message, and shows what the server answers.'
  if (claimsMerge) return 'mailbench run merge sends a mail merge over both.'
  const local = 'mailbench run quick measures both at local sinks, in under 20 seconds'
  return rows.some(isElsewhere) ? `${local}; --smtp URL and --api URL measure both of yours.` : `${local}.`
}

/** What batch calls save, or that this is open, where there were some. */
function batchesOf(rows: readonly LabelRow[], runs: readonly StoredRun[]): string[] {
  const told = batchSentences(runs)
  const isOpen = told.length === 0 && rows.some(({ batch_size: batch }) => (batch ?? 1) > 1)
  return isOpen ? ['Whether batch calls save time it does not settle: more repetitions may.'] : told
}

/** Of runs that let nothing be compared. @param claims those that may be settled all the same */
export function unansweredBy(runs: readonly StoredRun[], claims: readonly Claim[]): Unanswered {
  const rows = runs.flatMap(({ labels }) => labels.filter(counts))
  const isOfJobs = rows.length > 0 && rows.every(({ batch_size: batch }) => batch !== null)
  return {
    kind: 'none',
    summary: `This run cannot say: ${reasonOf(rows, runs)}.`,
    instead: [
      ...mediansOf(rows),
      ...batchesOf(rows, runs),
      ...settledIn(runs, claims),
      ...runs.map(invalidIn).flatMap(text => (text === '' ? [] : [text.trim()])),
    ],
    remedy: remedyOf(rows, isOfJobs),
  }
}
