import { Command, CommanderError } from 'commander'
import { UsageError } from '../errors.ts'
import { ownVersion } from '../version.ts'
import { errorLine } from './error-line.ts'
import { suggestion } from './nearest.ts'
import { keepYoungSpaceSmall } from './young-space.ts'

/** Commands are loaded when they are called: `mailbench --help` must start at once. */
const commands: Record<string, { summary: string; load: () => Promise<Command> }> = {
  run: {
    summary: 'run a plan: a file, or a built-in one by name; write its results',
    load: async () => (await import('./run.ts')).runCommand(),
  },
  probe: {
    summary: 'one message to one target: transcript, phases, round trips, what the server can do',
    load: async () => (await import('./probe.ts')).probeCommand(),
  },
  compare: {
    summary: 'two runs, or two labels of one: what changed, and whether it is more than noise',
    load: async () => (await import('./compare.ts')).compareCommand(),
  },
  history: {
    summary: 'the trend of recorded runs, with change points; add a run to it',
    load: async () => (await import('./history.ts')).historyCommand(),
  },
  doctor: {
    summary: "this machine's floor; of a plan, what works at every target, sending nothing",
    load: async () => (await import('./doctor.ts')).doctorCommand(),
  },
  sink: {
    summary: 'the mock sinks alone, for any other client',
    load: async () => (await import('./sink.ts')).sinkCommand(),
  },
  report: {
    summary: 'rebuild the reports of stored runs; join several in one',
    load: async () => {
      keepYoungSpaceSmall()
      return (await import('./report.ts')).reportCommand()
    },
  },
  export: {
    summary: "a run's kept submissions in another tool's format",
    load: async () => (await import('./export.ts')).exportCommand(),
  },
  providers: {
    summary: 'the known providers: endpoints, environment variables, safe mode, limits',
    load: async () => (await import('./providers.ts')).providersCommand(),
  },
}

const USAGE_STATUS = 2

/** commander's errors are usage errors of ours: one line, no "error:". */
function strict(command: Command): Command {
  command.commands.forEach(strict)
  return command
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError()
}

async function program(name: string | undefined): Promise<Command> {
  const root = strict(
    new Command('mailbench')
      .description(
        'SMTP or API for sending e-mail? Round trips, latency percentiles and failure rates, measured.',
      )
      .version(ownVersion())
      // What stands behind a command is for it, and behind `history add` for that.
      .enablePositionalOptions(),
  )
  for (const [known, { summary, load }] of Object.entries(commands)) {
    root.addCommand(strict(known === name ? await load() : new Command(known).description(summary)))
  }
  return root
}

/** commander names none for a command that is like no other, and shows all for `help` of one. @throws UsageError */
function checkCommand(name: string): void {
  const known = Object.keys(commands)
  if (!known.includes(name)) throw new UsageError(`unknown command '${name}': ${suggestion(name, known)}`)
}

/** Does what the words say, and leaves its status in `process.exitCode`. @throws what is a bug */
export async function commandLine(argv: readonly string[]): Promise<void> {
  const [first, second] = argv.filter(word => !word.startsWith('-'))
  const name = first === 'help' ? second : first
  try {
    // What stands behind a flag of no command may be its value.
    if (name !== undefined && first === argv[0]) checkCommand(name)
    if (argv.length === 0) (await program(undefined)).outputHelp()
    else await (await program(name)).parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return
    const line = errorLine(error)
    if (line === undefined) throw error
    console.error(line)
    process.exitCode = USAGE_STATUS
  }
}
