import { parseArgs } from 'node:util'
import { UsageError } from '../src/errors.ts'

/** What was asked for: `NAME… --repeat N`, and flags. */
export interface Arguments {
  /** Of those that can be named; all of them, when none was. */
  readonly names: readonly string[]
  readonly isWhole: boolean
  readonly repetitions: number
  has(flag: string): boolean
}

function parsed(flags: readonly string[]) {
  const booleans = Object.fromEntries(flags.map(flag => [flag, { type: 'boolean' } as const]))
  try {
    return parseArgs({ allowPositionals: true, options: { ...booleans, repeat: { type: 'string' } } })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** Reads the command line. @throws UsageError */
export function readArguments(
  known: readonly string[],
  defaultRepetitions: number,
  flags: readonly string[] = [],
): Arguments {
  const { values, positionals } = parsed(flags)
  const unknown = positionals.find(name => !known.includes(name))
  if (unknown !== undefined) throw new UsageError(`${unknown}: is none of ${known.join(', ')}`)
  const repetitions = Number(values.repeat ?? defaultRepetitions)
  if (!(Number.isInteger(repetitions) && repetitions >= 1 && repetitions <= 100))
    throw new UsageError('--repeat: give a whole number from 1 to 100')
  const isWhole = positionals.length === 0
  return {
    names: isWhole ? known : known.filter(name => positionals.includes(name)),
    isWhole,
    repetitions,
    has: flag => (values as Record<string, unknown>)[flag] === true,
  }
}

/** Runs a program: a mistake in its usage is one line and status 2. */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(error.message)
    process.exitCode = 2
  }
}
