import { Command, Option } from 'commander'
import { UsageError } from '../errors.ts'
import { type ProviderName, providerNames, providers } from '../provider/providers.ts'
import { RECEIPTS_PATH } from '../sink/http-exchange.ts'
import { type ScriptSpec, scriptSpec } from '../sink/script.ts'
import type { Endpoint, SinkUser } from '../sink/sink.ts'
import { type ListenerSpec, openSinks, type SinksSpec, type SmtpEngine, smtpEngines } from '../sink/sinks.ts'
import { isLoopback } from '../trial/target.ts'
import { suggestion } from './nearest.ts'
import { parseYamlFile } from './yaml-file.ts'

type PortOption = number | 'off'

interface SinkFlags {
  readonly smtpPort: PortOption
  readonly smtpsPort: PortOption
  readonly httpPort: PortOption
  readonly httpsPort: PortOption
  readonly provider?: ProviderName[]
  readonly script?: string
  readonly smtpEngine: SmtpEngine
  readonly host: string
  readonly auth?: SinkUser[]
  readonly key?: string[]
}

interface ListenerFlag {
  readonly flag: string
  readonly field: 'smtpPort' | 'smtpsPort' | 'httpPort' | 'httpsPort'
  readonly port: number
  readonly help: string
  readonly scheme: string
  readonly listener: Pick<ListenerSpec, 'protocol' | 'tls'>
}

/** Declared once: the flags, their defaults and help, and what is printed of each listener. */
const listenerFlags: readonly ListenerFlag[] = [
  {
    flag: '--smtp-port',
    field: 'smtpPort',
    port: 2525,
    help: 'SMTP, STARTTLS offered',
    scheme: 'smtp',
    listener: { protocol: 'smtp', tls: 'starttls' },
  },
  {
    flag: '--smtps-port',
    field: 'smtpsPort',
    port: 2465,
    help: 'SMTP under TLS from the start',
    scheme: 'smtps',
    listener: { protocol: 'smtp', tls: 'implicit' },
  },
  {
    flag: '--http-port',
    field: 'httpPort',
    port: 8025,
    help: 'HTTP/1.1 and 2 in clear text',
    scheme: 'http',
    listener: { protocol: 'http', tls: 'none' },
  },
  {
    flag: '--https-port',
    field: 'httpsPort',
    port: 8443,
    help: 'HTTP/1.1 and 2 under TLS',
    scheme: 'https',
    listener: { protocol: 'http', tls: 'implicit' },
  },
]

function parsePort(flag: string): (text: string) => PortOption {
  return text => {
    if (text === 'off') return text
    const port = Number(text)
    if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
    throw new UsageError(`${flag}: "${text}" is no port: give 1 to 65535, 0 for any free one, or off`)
  }
}

function addProvider(name: string, before: ProviderName[] = []): ProviderName[] {
  const known = providerNames.find(provider => provider === name)
  if (known) return before.includes(known) ? before : [...before, known]
  throw new UsageError(`--provider: "${name}" is not known: ${suggestion(name, providerNames)}`)
}

function parseEngine(name: string): SmtpEngine {
  const known = smtpEngines.find(engine => engine === name)
  if (known) return known
  throw new UsageError(`--smtp-engine: "${name}" is not known: ${suggestion(name, smtpEngines)}`)
}

function addUser(text: string, before: SinkUser[] = []): SinkUser[] {
  // A password may contain colons, a user may not.
  const colon = text.indexOf(':')
  if (colon < 1) throw new UsageError('--auth: write USER:PASSWORD, with a colon between them')
  return [...before, { user: text.slice(0, colon), password: text.slice(colon + 1) }]
}

function addKey(key: string, before: string[] = []): string[] {
  if (key === '') throw new UsageError('--key: the key is empty: give one, or leave --key out to take any')
  return [...before, key]
}

async function readScript(path: string | undefined): Promise<ScriptSpec> {
  if (path === undefined) return {}
  try {
    return await parseYamlFile(path, scriptSpec)
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`--script: ${error.message}`, { cause: error })
    throw error
  }
}

function openListeners(flags: readonly ListenerFlag[]): readonly ListenerFlag[] {
  if (flags.length > 0) return flags
  const names = listenerFlags.map(({ flag }) => flag).join(', ')
  throw new UsageError(`every listener is off: leave at least one of ${names} on`)
}

const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host)

function describe(
  { scheme, help, listener }: ListenerFlag,
  { host, port }: Endpoint,
  flags: SinkFlags,
): string {
  const url = `${scheme}://${bracketed(host)}:${port}`
  const credentials = {
    smtp: flags.auth && 'the given --auth only',
    http: flags.key && 'the given --key only',
  }
  const taken = credentials[listener.protocol] ?? 'any credentials, or none'
  const [first, ...others] = flags.provider ?? providerNames
  const also = others.length > 0 ? `  and ${others.length} more paths: mailbench providers` : ''
  const examples = {
    smtp: url,
    http: first ? `${first}: POST ${url}${providers[first].path}${also}` : url,
  }
  return `${bracketed(host)}:${port}  ${help}  ${taken}  ${examples[listener.protocol]}`
}

/** Resolves when the process is asked to end. */
function asked(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

async function run(flags: SinkFlags): Promise<void> {
  const chosen = openListeners(listenerFlags.filter(({ field }) => flags[field] !== 'off'))
  const spec: SinksSpec = {
    listeners: chosen.map(({ flag, field, listener }) => ({
      ...listener,
      engine: flags.smtpEngine,
      option: flag,
      port: Number(flags[field]),
    })),
    script: await readScript(flags.script),
    seed: 'sink',
    host: flags.host,
    ...(flags.auth && { users: flags.auth }),
    ...(flags.key && { keys: flags.key }),
    ...(flags.provider && { providers: flags.provider }),
  }
  const ended = asked()
  await using sinks = await openSinks(spec)
  if (!isLoopback(flags.host)) {
    console.error(
      `warning: --host ${flags.host} is not loopback: anyone who reaches this machine can send here`,
    )
  }
  for (const [index, endpoint] of sinks.endpoints.entries()) {
    const flag = chosen[index]
    if (flag) console.log(describe(flag, endpoint, flags))
  }
  await ended
}

/** `mailbench sink`: the mock sinks alone, for any other client. */
export function sinkCommand(): Command {
  const command = new Command('sink').description(
    `the mock sinks alone, for any other client; GET ${RECEIPTS_PATH} returns the counts`,
  )
  for (const { flag, port, help } of listenerFlags) {
    const option = new Option(`${flag} <port>`, `${help}; 0 for any free port, off for none`)
    command.addOption(option.default(port).argParser(parsePort(flag)))
  }
  return command
    .addOption(
      new Option(
        '--provider <name...>',
        `dialects to serve: ${providerNames.join(', ')} (default: all)`,
      ).argParser(addProvider),
    )
    .option('--script <file>', 'YAML: think time, refusals, throttling and faults')
    .addOption(
      new Option('--smtp-engine <name>', `the SMTP server: ${smtpEngines.join(', or ')}, which is not ours`)
        .default('wire')
        .argParser(parseEngine),
    )
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option(
        '--auth <user:password...>',
        'SMTP credentials, the only ones taken (default: any)',
      ).argParser(addUser),
    )
    .addOption(new Option('--key <key...>', 'API keys, the only ones taken (default: any)').argParser(addKey))
    .action((flags: SinkFlags) => run(flags))
}
