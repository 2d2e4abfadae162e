import { short } from '../figure-text.ts'
import type { PlacedJob } from './answer-job.ts'
import { clientsInWords } from './answer-where.ts'
import type { ClaimVerdict } from './claim.ts'
import { batchOf, messagesOf } from './job.ts'
import { sentence, transportNames } from './words.ts'

/** By how much, from the least to the most; of one with its interval. */
function timesOf(own: readonly PlacedJob[], side: 'smtp' | 'http'): string {
  const turned = (ratio: number) => (side === 'http' ? ratio : 1 / ratio)
  const ratios = own.flatMap(({ ratio }) => (ratio ? [turned(ratio.value)] : []))
  const ends = [...new Set([Math.min(...ratios), Math.max(...ratios)].map(short))]
  const [only, ...others] = own
  const interval = others.length === 0 ? only?.ratio?.interval : undefined
  const bounds = interval
    ? ` (${[interval.low, interval.high]
        .map(turned)
        .sort((a, b) => a - b)
        .map(short)
        .join(' to ')})`
    : ''
  return `${ends.join(' to ')} times${bounds}`
}

const placesOf = (own: readonly PlacedJob[]) => own.map(({ place }) => place).join('; ')

function shareOf(own: readonly PlacedJob[], all: readonly PlacedJob[]): string {
  if (own.length < all.length) return `in ${own.length} of ${all.length} conditions (${placesOf(own)})`
  if (all.length === 1) return `at ${placesOf(all)}`
  return all.length === 2 ? 'in both conditions' : `in all ${all.length} conditions`
}

/** By what the API was, where it was by batch calls. */
function batchesIn(own: readonly PlacedJob[]): string {
  const sizes = [...new Set(own.map(({ http }) => batchOf(http)))].filter(size => size > 1)
  return sizes.length === 0
    ? ''
    : `, by calls of ${sizes.map(size => size.toLocaleString('en-US')).join(' or ')}`
}

function sideOf(all: readonly PlacedJob[], side: 'smtp' | 'http'): string {
  const own = all.filter(({ quicker }) => quicker === side)
  if (own.length === 0) return ''
  const by = side === 'http' ? batchesIn(own) : ''
  return `${transportNames[side]} was quicker ${shareOf(own, all)}, ${timesOf(own, side)}${by}`
}

/** What cannot be said, why not, and what it looks like. */
function unknownOf(all: readonly PlacedJob[]): string {
  const own = all.filter(({ quicker }) => quicker === 'unknown')
  if (own.length === 0) return ''
  const few = own.some(({ ratio }) => ratio?.interval === undefined)
  const [has, is] = own.length === 1 ? ['has', 'is'] : ['have', 'are']
  const reason = few ? `${has} too few repetitions (6 are the least, 10 are good)` : `${is} too close to say`
  const looks = (['http', 'smtp'] as const).flatMap(side => {
    const count = own.filter(({ ratio }) => ratio && ratio.value > 1 === (side === 'http')).length
    return count === 0
      ? []
      : [`${transportNames[side]} looks quicker${own.length === 1 ? '' : ` in ${count}`}`]
  })
  const which = all.length === 1 ? 'the one condition' : `${own.length} of ${all.length} conditions`
  return `${which} ${reason}${looks.length > 0 ? `, though ${looks.join(' and ')}` : ''}`
}

const outcomesOf = (all: readonly PlacedJob[]) =>
  [sideOf(all, 'http'), sideOf(all, 'smtp'), unknownOf(all)].filter(Boolean).join('; ')

const openings: { readonly [Verdict in ClaimVerdict]?: string } = {
  depends: 'It depends: ',
  inconclusive: 'Not settled: ',
}

/** Which, and by how much: of libraries, then of bare clients, then of both where no batches are taken. */
export function jobSummary(verdict: ClaimVerdict, contests: readonly PlacedJob[]): string {
  const sizes = [...new Set(contests.map(({ smtp }) => messagesOf(smtp).toLocaleString('en-US')))]
  const clients = (own: readonly PlacedJob[]) =>
    own[0]?.level === 'library'
      ? `with ${clientsInWords(own.map(({ smtp }) => smtp.row))} and ${clientsInWords(own.map(({ http }) => http.row))}`
      : 'without libraries'
  const [first, ...others] = [false, true]
    .flatMap(isSingly =>
      (['library', 'protocol'] as const).map(level =>
        contests.filter(each => each.isSingly === isSingly && each.level === level),
      ),
    )
    .filter(own => own.length > 0)
  if (!first) return ''
  const lead = (own: readonly PlacedJob[]) => (own[0]?.isSingly ? 'one by one, ' : '')
  return [
    sentence(
      `${openings[verdict] ?? ''}for a mail merge of ${sizes.join(' or ')} messages, ${clients(first)}, ${outcomesOf(first)}`,
    ),
    ...others.map(own => sentence(`${lead(own)}${clients(own)} ${outcomesOf(own)}`)),
  ].join(' ')
}
