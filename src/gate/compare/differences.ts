import { isDeepStrictEqual } from 'node:util'
import type { StoredRun } from '../../run-store/stored-run.ts'

/** One thing in which two runs are not alike. */
export interface Difference {
  /** As in `plan.message` or `environment.node`. */
  readonly path: string
  readonly base: unknown
  readonly next: unknown
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function differ(path: string, base: unknown, next: unknown): Difference[] {
  if (isDeepStrictEqual(base, next)) return []
  if (!isRecord(base) || !isRecord(next)) return [{ path, base, next }]
  return [...new Set([...Object.keys(base), ...Object.keys(next)])].flatMap(key =>
    differ(`${path}.${key}`, base[key], next[key]),
  )
}

/** What a plan says besides what it measures, and what of a machine is different at each moment. */
const incidental = new Set([
  ...[
    'plan.name',
    'plan.description',
    'plan.out',
    'plan.repeat',
    'plan.seed',
    'plan.thresholds',
    'plan.history',
  ],
  ...['plan.confirm', 'plan.samples', 'plan.max_messages'],
  ...['environment.load_average', 'environment.clock_resolution_ns', 'environment.memory_mb'],
])

/** True of a field of a plan that does not bear on what is measured. */
export const isIncidental = (field: string): boolean => incidental.has(`plan.${field}`)

/** In what plan, seed and environment differ, as far as it bears on what was measured. */
export function differencesOf(base: StoredRun, next: StoredRun): Difference[] {
  return [
    ...differ('plan', base.plan, next.plan),
    ...differ('seed', base.seed, next.seed),
    ...differ('environment', base.environment, next.environment),
  ].filter(({ path }) => !incidental.has(path))
}

const machine = /^environment\.(platform|release|arch|cpu|cpus)$/

export const isOfPlan = ({ path }: Difference): boolean => path.startsWith('plan.') || path === 'plan'
export const isOfMachine = ({ path }: Difference): boolean => machine.test(path)

const word = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value))
const WORD_MAX = 60
const brief = (text: string) => (text.length <= WORD_MAX ? text : `${text.slice(0, WORD_MAX - 3)}...`)

/** `plan.message: "1kb", and "100kb"` */
export function differenceInWords({ path, base, next }: Difference): string {
  return `${path}: ${brief(word(base))}, and ${brief(word(next))}`
}
