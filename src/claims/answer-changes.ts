import { short } from '../figure-text.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { batchSentences } from './answer-batch.ts'
import { whereIn } from './answer-where.ts'
import type { Comparison } from './comparison.ts'
import { clientInWords } from './condition.ts'
import type { Contest } from './contest.ts'
import { chunkingSavesMs, type Saving, savingsIn } from './savings.ts'

/** The comparison in the same circumstances with connections kept; itself where none was measured. */
function keptOf(
  contests: readonly Contest[],
  { circumstances, smtp, http }: Comparison,
): Comparison | undefined {
  const key = JSON.stringify({ ...circumstances, connection: 'reuse' })
  return contests.find(
    ({ comparison }) =>
      JSON.stringify(comparison.circumstances) === key &&
      comparison.smtp.client === smtp.client &&
      comparison.smtp.mode === smtp.mode &&
      comparison.http.client === http.client,
  )?.comparison
}

function adviceOf({ change, side }: Saving): string {
  if (change === 'keep') return 'keep connections open'
  if (change === 'pipeline') return 'pipeline commands (RFC 2920)'
  return side === 'smtp' ? 'send by the API instead' : 'send by SMTP instead'
}

/** What pipelining saves, another transport does not save once more. */
const isEither = (a: Saving | undefined, b: Saving) =>
  [a?.change, b.change].every(change => change === 'pipeline' || change === 'switch')

function sideSentence(name: string, savings: readonly Saving[], where: string): string[] {
  if (savings.length === 0) return []
  const told = savings.map((saving, i) => {
    const joint = i === 0 ? '' : isEither(savings[i - 1], saving) ? ', or ' : ', then '
    return `${joint}${adviceOf(saving)} (${short(saving.ms)} ms${i === 0 ? ' less a message' : ''})`
  })
  return [`Over ${name}, at ${where}: ${told.join('')}.`]
}

/** Libraries are not told to do what they cannot. */
function chunkingSentence(run: StoredRun, comparison: Comparison): string[] {
  const ms = chunkingSavesMs(run, comparison)
  if (ms === undefined) return []
  const { smtp, level } = comparison
  const unable = level === 'library' ? `, which ${clientInWords(smtp)} cannot,` : ''
  return [
    `Sending a message in one flight (CHUNKING, RFC 3030)${unable} would save another ${short(ms)} ms over kept SMTP connections.`,
  ]
}

/** What to change first: with either transport, and for many messages at once. @param runs all that were joined */
export function changesOf(
  run: StoredRun,
  contests: readonly Contest[],
  runs: readonly StoredRun[],
): string[] {
  const [farthest] = contests.toSorted(
    (a, b) => b.comparison.circumstances.rttMs - a.comparison.circumstances.rttMs,
  )
  if (!farthest) return []
  const { comparison } = farthest
  const savings = savingsIn(run, comparison, keptOf(contests, comparison) ?? comparison)
  const whereOf = whereIn(
    contests.map(each => each.comparison),
    { always: ['rttMs'], never: ['connection'] },
  )
  const where = whereOf(comparison)
  const sides = (['smtp', 'http'] as const).map(side => savings.filter(saving => saving.side === side))
  const [ours = [], theirs = []] = sides
  const told = [
    ...sideSentence('SMTP', ours, where),
    ...sideSentence('the API', theirs, where),
    ...chunkingSentence(run, comparison),
  ]
  const unmeasured = runs.every(({ merges }) => merges.length === 0)
  const batches = unmeasured ? ['What batch calls save, mailbench run merge measures.'] : batchSentences(runs)
  return told.length === 0 && unmeasured ? [] : [...told, ...batches]
}
