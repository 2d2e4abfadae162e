import { short } from '../figure-text.ts'
import { clientsInWords } from './answer-where.ts'
import type { ClaimVerdict } from './claim.ts'
import { type Comparison, conditionsIn } from './comparison.ts'
import { type Circumstances, circumstanceNames, clientInWords, divided, inWords } from './condition.ts'
import type { Contest } from './contest.ts'
import { capitalised } from './words.ts'

/** What was measured: message, load, server, clients. */
export function settingOf(contests: readonly Comparison[]): string {
  const [first] = contests
  if (!first) return ''
  const { shared } = divided(contests.map(({ circumstances }) => circumstances))
  const { server, protection, ...rest } = first.circumstances
  const named = circumstanceNames.filter(
    name =>
      shared.includes(name) &&
      name in rest &&
      !(name === 'batch' && rest.batch === 1) &&
      !(name === 'fault' && rest.fault === ''),
  )
  const clients = `${clientsInWords(contests.map(({ smtp }) => smtp))} over SMTP, ${clientsInWords(contests.map(({ http }) => http))} over HTTP`
  const to = shared.includes('server') ? [`to ${server === 'sink' ? 'local sinks' : server}`] : []
  return [
    clients,
    ...to,
    inWords(first.circumstances, named),
    shared.includes('protection') ? protection : '',
  ]
    .filter(Boolean)
    .join('; ')
}

type Side = 'smtp' | 'http'

const ratiosOf = (contests: readonly Contest[], sooner: Side) =>
  contests.flatMap(({ comparison: { ratio } }) =>
    ratio ? [sooner === 'http' ? ratio.value : 1 / ratio.value] : [],
  )

const rangeOf = (ratios: readonly number[]) =>
  `${[...new Set([Math.min(...ratios), Math.max(...ratios)].map(short))].join(' to ')} times`

/** At full load a ratio is of what messages cost to process, and says little of another machine: it is told apart. */
function timesOf(contests: readonly Contest[], sooner: Side): string {
  const [free, full] = [false, true].map(wanted =>
    ratiosOf(
      contests.filter(({ atLimit }) => atLimit === wanted),
      sooner,
    ),
  ) as [number[], number[]]
  if (full.length === 0) return rangeOf(free)
  const atLimit = `${rangeOf(full)} where the client process was fully busy`
  return free.length === 0 ? atLimit : `${rangeOf(free)} (${atLimit})`
}

/** More are not named one by one: the table says which. */
const NAMED_MAX = 3

/** The conditions that came out one way, and by how much. */
function sideOf(contests: readonly Contest[], sooner: Side): string {
  const own = contests.filter(({ comparison }) => comparison.sooner === sooner)
  if (own.length === 0) return ''
  const name = sooner === 'http' ? 'the API' : 'SMTP'
  const all = own.length === contests.length
  const where = own.map(contest => contest.where).join('; ')
  const named = all || own.length > NAMED_MAX ? '' : ` (${where})`
  const share = !all
    ? `${own.length} of ${contests.length}`
    : own.length === 1
      ? 'the one'
      : `all ${own.length}`
  return `${name} was sooner in ${share} condition${own.length === 1 && all ? '' : 's'}${named}, ${timesOf(own, sooner)}`
}

function sameOf(contests: readonly Contest[]): string {
  const same = contests.filter(({ comparison }) => comparison.sooner === 'same').length
  return same > 0 ? `neither was sooner in ${same} of ${contests.length}` : ''
}

/** What cannot be said, why not, and what it looks like. */
function openOf(contests: readonly Contest[]): string {
  const open = contests.filter(({ comparison }) => comparison.sooner === 'unknown')
  if (open.length === 0) return ''
  const few = open.some(({ comparison }) => comparison.ratio?.interval === undefined)
  const [has, is] = open.length === 1 ? ['has', 'is'] : ['have', 'are']
  const reason = few ? `${has} too few repetitions (6 are the least, 10 are good)` : `${is} too close to say`
  const http = open.filter(({ comparison: { ratio } }) => (ratio?.value ?? 1) > 1).length
  const smtp = open.filter(({ comparison: { ratio } }) => (ratio?.value ?? 1) < 1).length
  const alone = contests.length === 1
  const seeming = [
    http > 0 ? `the API looks sooner${alone ? '' : ` in ${http}`}` : '',
    smtp > 0 ? `SMTP looks sooner${alone ? '' : ` in ${smtp}`}` : '',
  ]
    .filter(Boolean)
    .join(', ')
  const which = alone ? 'the one condition' : `${open.length} of ${contests.length} conditions`
  return `${which} ${reason}${seeming && `, though ${seeming}`}`
}

const able = (others: readonly Comparison[]) =>
  others.filter(({ sooner }) => sooner === 'smtp' || sooner === 'same')

const doing: Readonly<Record<string, string>> = {
  lockstep: 'waits for each reply',
  pipelined: 'pipelines',
  chunked: 'sends in one flight (CHUNKING)',
}

/** A bare client that keeps up with the API where its library does not. */
function exceptionOf(others: readonly Comparison[]): string {
  const own = able(others)
  if (own.length === 0) return ''
  const modes = [...new Set(own.map(({ smtp }) => smtp.mode ?? ''))].map(mode => doing[mode] ?? mode)
  return ` Without libraries, SMTP that ${modes.join(' or ')} was shown to be no later in ${conditionsIn(own)} of ${conditionsIn(others)}.`
}

const factors: { readonly [Name in keyof Circumstances]: string } = {
  server: 'the server',
  rttMs: 'the round-trip time (RTT)',
  connection: 'whether connections are kept',
  load: 'the load',
  messageBytes: "the message's size",
  recipients: 'the number of recipients',
  batch: 'the batch size',
  fault: 'what goes wrong',
  protection: 'encryption and authentication',
}

const hasSeveralClients = (contests: readonly Comparison[]) =>
  new Set(contests.map(({ smtp }) => clientInWords(smtp))).size > 1

/** What the outcome turns with while all else stays; where nothing does so by itself, whatever differs. */
function factorsOf(contests: readonly Comparison[]): string[] {
  const settled = contests.filter(({ sooner }) => sooner !== 'unknown')
  if (new Set(settled.map(({ sooner }) => sooner)).size < 2) return []
  const all = settled.map(({ circumstances }) => circumstances)
  const { differing } = divided(all)
  const isApartIn = (a: Circumstances, b: Circumstances, name: keyof Circumstances) =>
    differing.every(each => (each === name) === (a[each] !== b[each]))
  const turning = differing.filter(name =>
    settled.some(a =>
      settled.some(
        b =>
          a.sooner !== b.sooner &&
          clientInWords(a.smtp) === clientInWords(b.smtp) &&
          isApartIn(a.circumstances, b.circumstances, name),
      ),
    ),
  )
  return (turning.length > 0 || hasSeveralClients(contests) ? turning : differing).map(name => factors[name])
}

function openingOf(
  verdict: ClaimVerdict,
  contests: readonly Comparison[],
  others: readonly Comparison[],
): string {
  if (verdict === 'inconclusive') return 'Not settled: '
  if (verdict !== 'depends') return ''
  const client = able(others).length > 0 || hasSeveralClients(contests)
  const on = [...factorsOf(contests), ...(client ? ['the client'] : [])]
  const last = on.at(-1)
  return on.length < 2
    ? `It depends on ${last}: `
    : `It depends on ${on.slice(0, -1).join(', ')} and ${last}: `
}

/** Which, and by how much. @param others comparisons that do not decide, of bare clients */
export function summaryOf(
  verdict: ClaimVerdict,
  contests: readonly Contest[],
  others: readonly Comparison[],
): string {
  const [first] = contests
  const comparisons = contests.map(({ comparison }) => comparison)
  const parts = [
    sideOf(contests, 'http'),
    sideOf(contests, 'smtp'),
    sameOf(contests),
    openOf(contests),
  ].filter(Boolean)
  const by =
    first?.comparison.level === 'library'
      ? `with ${clientInWords(first.comparison.smtp)} and ${clientInWords(first.comparison.http)} `
      : ''
  const text = `${openingOf(verdict, comparisons, others)}${by}${parts.join('; ')}.`
  return capitalised(text) + exceptionOf(others)
}
