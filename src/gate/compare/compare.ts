import { isDeepStrictEqual } from 'node:util'
import { UsageError } from '../../errors.ts'
import { createRandom } from '../../random.ts'
import type { StoredRun } from '../../run-store/stored-run.ts'
import type { Comparison, Pair } from './comparison.ts'
import { compareCounts } from './counted.ts'
import { type Difference, differenceInWords, differencesOf, isOfMachine, isOfPlan } from './differences.ts'
import { type Gone, goneOf, uncounted } from './gone.ts'
import type { TimedMetric } from './metrics.ts'
import { checkValid, onlyIn, pairOfLabels, pairsOfRuns } from './sides.ts'
import { compareTimes } from './timed.ts'

export interface CompareOptions {
  readonly metrics: readonly TimedMetric[]
  /** Compares other plans, and times of other machines, all the same. */
  readonly anyway: boolean
  /** Leaves out what varies with the machine. */
  readonly countedOnly: boolean
  /** The base is what must still hold: its plan may differ, and a label that is gone, or is another now, is worse. */
  readonly isBaseline: boolean
}

export interface Compared {
  readonly comparisons: readonly Comparison[]
  /** Labels of a baseline, and figures of them, that are not there any more. */
  readonly gone: readonly Gone[]
  readonly differences: readonly Difference[]
  /** What a reader must know to read the table rightly. */
  readonly notes: readonly string[]
}

function comparePairs(
  pairs: readonly Pair[],
  metrics: readonly TimedMetric[],
  isTimed: boolean,
): Comparison[] {
  // Seeded by nothing that varies: the same runs are always compared alike.
  const random = createRandom('compare')
  return [...(isTimed ? compareTimes(pairs, metrics, random) : []), ...compareCounts(pairs)]
}

function checkPlans(differences: readonly Difference[], anyway: boolean): void {
  const ofPlan = differences.filter(isOfPlan)
  const [first] = ofPlan
  if (!first || anyway) return
  const more = ofPlan.length > 1 ? ` (and ${ofPlan.length - 1} more)` : ''
  throw new UsageError(
    `the runs are of different plans: ${differenceInWords(first)}${more}; --anyway compares what they share`,
  )
}

const seedsOf = (runs: readonly StoredRun[]) => runs.map(({ seed }) => String(seed)).sort()

/** Rounds in which both sides took turns have a seed each, the same for both. */
const areSeededAlike = (base: readonly StoredRun[], next: readonly StoredRun[]) =>
  isDeepStrictEqual(seedsOf(base), seedsOf(next))

/**
 * Repetitions of some runs with those of others.
 * @throws UsageError when their plans differ or they share no label, InvalidRunError when a run's own checks failed
 */
export function compareRuns(
  base: readonly StoredRun[],
  next: readonly StoredRun[],
  { metrics, anyway, countedOnly, isBaseline }: CompareOptions,
): Compared {
  for (const run of [...base, ...next]) checkValid(run)
  const [reference] = base
  if (!reference) throw new UsageError('nothing to compare with')
  // All against the first: two bases of different plans are no side.
  const differences = [...base.slice(1), ...next]
    .flatMap(run => differencesOf(reference, run))
    .filter(({ path }) => path !== 'seed' || !areSeededAlike(base, next))
  checkPlans(differences, anyway || isBaseline)
  const [onlyBase, onlyNext] = [onlyIn(base, next), onlyIn(next, base)]
  const { gone, pairs: changed } = isBaseline ? goneOf(onlyBase, onlyNext) : { gone: [], pairs: [] }
  const pairs = [...pairsOfRuns(base, next), ...changed]
  if (pairs.length === 0 && gone.length === 0) throw new UsageError('the runs share no label')
  const isElsewhere = differences.some(isOfMachine)
  const successors = new Set(gone.map(({ successor }) => successor))
  const unmatched = [...(isBaseline ? [] : onlyBase), ...onlyNext]
    .map(({ label }) => label)
    .filter(label => !successors.has(label))
  const notes = [
    ...(isElsewhere && !anyway && !countedOnly
      ? [
          'The runs are of different machines: only what is counted is compared (--anyway compares times as well).',
        ]
      : []),
    ...(unmatched.length > 0 ? [`On one side only, and not compared: ${unmatched.join(', ')}.`] : []),
  ]
  const isTimed = !countedOnly && (!isElsewhere || anyway)
  return {
    comparisons: comparePairs(pairs, metrics, isTimed),
    gone: isBaseline ? [...gone, ...uncounted(pairs)] : [],
    // A baseline may be of another machine and of older versions: that is what it is for.
    differences: isBaseline ? differences.filter(isOfPlan) : differences,
    notes,
  }
}

/**
 * Two labels of one run, round by round.
 * @throws UsageError when a label does not exist, InvalidRunError when the run's own checks failed
 */
export function compareLabels(
  run: StoredRun,
  [baseLabel, nextLabel]: readonly [string, string],
  { metrics, countedOnly }: CompareOptions,
): Compared {
  checkValid(run)
  const pair = pairOfLabels(run, baseLabel, nextLabel)
  const notes = pair.isPaired ? [] : ['The labels have different rounds: compared without pairing them.']
  return { comparisons: comparePairs([pair], metrics, !countedOnly), gone: [], differences: [], notes }
}
