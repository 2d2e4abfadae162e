import { median } from '../../src/stats/median.ts'
import type { Stage } from './stage.ts'
import type { Tool } from './tools.ts'

/** One measurement. */
export interface Figures {
  readonly ratePerS: number
  /** User and system time of the contestant's own process. */
  readonly cpuUsPerMessage: number
}

/** One of those that are measured in turn. */
export interface Contestant {
  readonly name: string
  measure(): Promise<Figures>
}

/** Two contestants that are laid beside each other, and what is to be reached. */
export interface Match {
  readonly ours: string
  readonly theirs: string
  /** Of the ratio of messages a second. */
  readonly rateAtLeast?: number
  /** Of the ratio of CPU time a message. */
  readonly cpuAtMost?: number
}

/** Several that do the same work in the same surroundings. */
export interface Contest {
  readonly name: string
  readonly about: string
  /** What must be installed for it. */
  readonly tools: readonly Tool[]
  readonly matches: readonly Match[]
  /** Starts all that it takes; the stage's stack ends it. */
  open(stage: Stage): Promise<readonly Contestant[]>
}

export interface Ratio {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly target?: string
  readonly reached?: boolean
}

/** A contest's figures, as they are kept: medians over its rounds. */
export interface Result {
  readonly name: string
  readonly about: string
  readonly rounds: number
  readonly contestants: readonly {
    readonly name: string
    readonly messages_per_s: number
    readonly cpu_us_per_message: number
  }[]
  readonly matches: readonly {
    readonly ours: string
    readonly theirs: string
    /** Of messages a second. */
    readonly rate: Ratio
    /** Of CPU time a message. */
    readonly cpu: Ratio
  }[]
}

type Round = ReadonlyMap<string, Figures>

const middle = (values: readonly number[]) => median([...values]) ?? Number.NaN
const rounded = (value: number, digits: number) => Number(value.toFixed(digits))

function valuesOf(rounds: readonly Round[], name: string, figure: keyof Figures): number[] {
  return rounds.map(round => {
    const figures = round.get(name)
    if (!figures) throw new Error(`no contestant is called ${name}`)
    return figures[figure]
  })
}

function ratioOf(ratios: readonly number[], sign: '>=' | '<=', bound: number | undefined): Ratio {
  const ratio = middle(ratios)
  return {
    median: rounded(ratio, 3),
    min: rounded(Math.min(...ratios), 3),
    max: rounded(Math.max(...ratios), 3),
    ...(bound !== undefined && {
      target: `${sign} ${bound}`,
      reached: sign === '>=' ? ratio >= bound : ratio <= bound,
    }),
  }
}

/** Each round gives one ratio, of figures taken within seconds of each other: what drifts on the machine falls out. */
function resultOf(
  { name, about, matches }: Contest,
  names: readonly string[],
  rounds: readonly Round[],
): Result {
  const ratios = ({ ours, theirs }: Match, figure: keyof Figures) => {
    const divisors = valuesOf(rounds, theirs, figure)
    return valuesOf(rounds, ours, figure).map((value, i) => value / (divisors[i] as number))
  }
  return {
    name,
    about,
    rounds: rounds.length,
    contestants: names.map(contestant => ({
      name: contestant,
      messages_per_s: Math.round(middle(valuesOf(rounds, contestant, 'ratePerS'))),
      cpu_us_per_message: rounded(middle(valuesOf(rounds, contestant, 'cpuUsPerMessage')), 1),
    })),
    matches: matches.map(match => ({
      ours: match.ours,
      theirs: match.theirs,
      rate: ratioOf(ratios(match, 'ratePerS'), '>=', match.rateAtLeast),
      cpu: ratioOf(ratios(match, 'cpuUsPerMessage'), '<=', match.cpuAtMost),
    })),
  }
}

/** A B C, C B A, A B C …, after one round that is not counted: in it Node compiles what the others then run. */
export async function hold(
  contest: Contest,
  props: Omit<Stage, 'stack'>,
  repetitions: number,
): Promise<Result> {
  await using stack = new AsyncDisposableStack()
  const contestants = await contest.open({ ...props, stack })
  const rounds: Round[] = []
  for (let i = 0; i <= repetitions; i++) {
    const round = new Map<string, Figures>()
    for (const { name, measure } of i % 2 === 0 ? contestants : contestants.toReversed())
      round.set(name, await measure())
    rounds.push(round)
  }
  return resultOf(
    contest,
    contestants.map(({ name }) => name),
    rounds.slice(1),
  )
}
