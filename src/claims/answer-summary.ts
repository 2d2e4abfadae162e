import { short } from '../figure-text.ts'
import type { ClaimVerdict } from './claim.ts'
import type { Comparison } from './comparison.ts'
import { circumstanceNames, clientInWords, divided, inWords } from './condition.ts'
import type { Contest } from './contest.ts'

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
  const clients = `${clientInWords(first.smtp)} over SMTP, ${clientInWords(first.http)} over HTTP`
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

const ratioRange = (ratios: readonly number[]) =>
  [...new Set([Math.min(...ratios), Math.max(...ratios)].map(short))].join(' to ')

/** More are not named one by one: the table says which. */
const NAMED_MAX = 3

/** The conditions that came out one way, and by how much. */
function sideOf(contests: readonly Contest[], sooner: 'smtp' | 'http'): string {
  const own = contests.filter(({ comparison }) => comparison.sooner === sooner)
  if (own.length === 0) return ''
  const ratios = own.flatMap(({ comparison: { ratio } }) =>
    ratio ? [sooner === 'http' ? ratio.value : 1 / ratio.value] : [],
  )
  const name = sooner === 'http' ? 'the API' : 'SMTP'
  const all = own.length === contests.length
  const where = own.map(contest => contest.where).join('; ')
  const named = all || own.length > NAMED_MAX ? '' : ` (${where})`
  const share = !all
    ? `${own.length} of ${contests.length}`
    : own.length === 1
      ? 'the one'
      : `all ${own.length}`
  return `${name} was sooner in ${share} condition${own.length === 1 && all ? '' : 's'}${named}, ${ratioRange(ratios)} times`
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

/** A bare client that keeps up with the API where its library does not. */
function exceptionOf(others: readonly Comparison[]): string {
  const able = others.filter(({ sooner }) => sooner === 'smtp' || sooner === 'same')
  if (able.length === 0) return ''
  const modes = [...new Set(able.map(({ smtp }) => smtp.mode ?? smtp.client))].join(' or ')
  return ` Without a library SMTP can be as soon or sooner: ${modes}, in ${able.length} of them.`
}

const openings: Partial<Record<ClaimVerdict, string>> = {
  depends: 'It depends: ',
  inconclusive: 'Not settled: ',
}

/** Which, and by how much. @param others comparisons that do not decide, of bare clients */
export function summaryOf(
  verdict: ClaimVerdict,
  contests: readonly Contest[],
  others: readonly Comparison[],
): string {
  const [first] = contests
  const same = contests.filter(({ comparison }) => comparison.sooner === 'same').length
  const parts = [
    sideOf(contests, 'http'),
    sideOf(contests, 'smtp'),
    same > 0 ? `neither in ${same}` : '',
    openOf(contests),
  ].filter(Boolean)
  const by = first?.comparison.level === 'library' ? 'with these libraries ' : ''
  const text = `${openings[verdict] ?? ''}${by}${parts.join('; ')}.`
  return text.charAt(0).toUpperCase() + text.slice(1) + exceptionOf(others)
}
