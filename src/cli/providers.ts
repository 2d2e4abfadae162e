import { Command } from 'commander'
import { NS_PER_S } from '../clock.ts'
import { UsageError } from '../errors.ts'
import {
  asShell,
  checkInWords,
  countInWords,
  eventsInWords,
  lacksInWords,
  limitsInWords,
  relayInWords,
  safeModeInWords,
  variablesOf,
} from '../provider/describe.ts'
import type { BatchSender, Provider } from '../provider/provider.ts'
import { type ProviderName, providerNames, providers } from '../provider/providers.ts'
import { wrappedWhole } from '../report/wrap.ts'
import { formatDuration } from '../units.ts'
import { suggestion } from './nearest.ts'

/** Of files and pipes. */
const PAGE_WIDTH = 100
/** A narrower terminal breaks lines itself. */
const TEXT_WIDTH_MIN = 20

type Environment = Readonly<Record<string, string | undefined>>

const isSet = (environment: Environment, name: string) => (environment[name] ?? '') !== ''

/** Which variables are set; never what to. */
const variables = (provider: Provider, environment: Environment) =>
  variablesOf(provider).map(name => ({ name, set: isSet(environment, name) }))

const urlOf = ({ origin = '' }: Provider, path: string) => asShell(origin) + path

/** One provider as `--json` has it. */
function asJson(provider: Provider, environment: Environment) {
  const { name, title, batch, raw, smtp, limits, safe, idempotency, lacks, events, check, sources } = provider
  return {
    name,
    title,
    api: {
      url: urlOf(provider, provider.path),
      ...(raw && { raw_url: urlOf(provider, raw.path) }),
      ...(batch && {
        batch_url: urlOf(provider, batch.path),
        batch_messages: batch.messagesMax,
        batch_calls_per_s: batch.callsPerS,
        batch_keyed_by_address: batch.keyedByAddress,
      }),
      ...(provider.key !== undefined && { key: asShell(provider.key) }),
    },
    ...(smtp && {
      smtp: {
        ...smtp,
        host: asShell(smtp.host),
        user: asShell(smtp.user),
        password: asShell(smtp.password),
      },
    }),
    variables: variables(provider, environment),
    safe,
    limits: {
      calls_per_s: limits.callsPerS,
      messages_per_s: limits.messagesPerS,
      message_bytes: limits.messageBytes,
      recipients: limits.recipients,
      wait_header: limits.waitHeader,
      ascii_addresses: limits.asciiAddresses,
      note: limits.note,
    },
    ...(idempotency && { idempotency_s: idempotency.lifetimeNs / NS_PER_S }),
    lacks: lacks ?? [],
    ...(events && {
      events: {
        field: events.field,
        names: events.names,
        join_key: events.joinKey,
        signed: events.signed ?? null,
      },
    }),
    check,
    sources,
  }
}

const batchInWords = ({ messagesMax, path, callsPerS, keyedByAddress }: BatchSender) =>
  `up to ${countInWords(messagesMax)} messages${keyedByAddress ? ', each to another address,' : ''} at ${path}` +
  (callsPerS === undefined ? '' : `, ${Number((callsPerS * 60).toPrecision(3))} calls a minute`)

function callsOf(provider: Provider): string {
  const { batch, raw, path } = provider
  return [
    `POST ${urlOf(provider, path)}`,
    raw ? `ready-made MIME at ${raw.path}` : '',
    batch ? batchInWords(batch) : '',
  ]
    .filter(text => text !== '')
    .join('; ')
}

/** What is said of one thing, under its name and below each other. */
function rowOf(label: string, text: string, columns: number): string[] {
  const head = `  ${label.padEnd(10)}  `
  const lines = wrappedWhole(text, Math.max(TEXT_WIDTH_MIN, columns - head.length))
  return lines.map((line, i) => (i === 0 ? head : ' '.repeat(head.length)) + line)
}

/** One provider as people read it. */
function asText(provider: Provider, environment: Environment, columns: number): string {
  const { name, title, smtp, limits, safe, idempotency, lacks = [], events, check } = provider
  const states = variables(provider, environment).map(
    each => `${each.name} ${each.set ? 'is' : 'is not'} set`,
  )
  const limited = limitsInWords(limits)
  const rows: readonly (readonly [label: string, text: string])[] = [
    ['api', callsOf(provider)],
    ['smtp', smtp ? relayInWords(smtp) : ''],
    ['key', provider.key === undefined ? '' : asShell(provider.key)],
    ['variables', states.join(', ')],
    ['safe', `api: ${safeModeInWords(safe.api)}; smtp: ${safeModeInWords(safe.smtp)}`],
    ['limits', limited],
    ['repeats', idempotency ? `known by a key for ${formatDuration(idempotency.lifetimeNs)}` : ''],
    ['lacks', lacksInWords(lacks)],
    ['events', events ? eventsInWords(events) : ''],
    ['checked by', checkInWords(check)],
  ]
  const lines = rows.filter(([, text]) => text !== '').flatMap(([label, text]) => rowOf(label, text, columns))
  return [title === name ? name : `${name}: ${title}`, ...lines].join('\n')
}

function chosen(names: readonly string[]): readonly Provider[] {
  const wanted = names.length === 0 ? providerNames : names
  return wanted.map(name => {
    if (!Object.hasOwn(providers, name))
      throw new UsageError(`provider "${name}" is not known: ${suggestion(name, providerNames)}`)
    return providers[name as ProviderName]
  })
}

/** `mailbench providers`: what is known of each. */
export function providersCommand(
  environment: Environment = process.env,
  columns = process.stdout.columns ?? PAGE_WIDTH,
): Command {
  return new Command('providers')
    .description('the known providers: endpoints, environment variables, safe mode, limits')
    .argument('[names...]', 'only these')
    .option('--json', 'as JSON, for scripts')
    .action((names: string[], { json }: { json?: boolean }) => {
      const list = chosen(names)
      if (json)
        console.log(
          JSON.stringify(
            list.map(each => asJson(each, environment)),
            null,
            2,
          ),
        )
      else console.log(list.map(each => asText(each, environment, columns)).join('\n\n'))
    })
}
