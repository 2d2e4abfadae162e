import { Command, InvalidArgumentError, Option } from 'commander'
import { systemClock } from '../clock.ts'
import { UsageError } from '../errors.ts'
import { loadTemplate, type MessageName, messageNames } from '../message/corpus.ts'
import { probe } from '../probe/probe.ts'
import { renderProbe } from '../probe/render.ts'
import { generic } from '../provider/generic.ts'
import { type ProviderName, providerNames, providers } from '../provider/providers.ts'
import { hash32 } from '../random.ts'
import { readAuthorities } from '../trial/authorities.ts'
import { domainOf } from '../trial/own-domain.ts'
import { type Mode, modes } from '../trial/pairings.ts'
import { ownerOf, type SafeTerms, safely } from '../trial/safe-mode.ts'
import { createSecrets, type Secrets } from '../trial/secrets.ts'
import { isLoopback, parseHttpTarget, parseSmtpTarget, type Target } from '../trial/target.ts'
import { parseDurationNs } from '../units.ts'
import { onInterrupt } from './interrupt.ts'
import { print } from './terminal.ts'

interface ProbeFlags {
  readonly apiKey?: string
  readonly provider: ProviderName
  readonly mode: Mode
  readonly message: MessageName
  readonly from?: string
  readonly to?: string
  readonly rtt?: string
  readonly timeout: string
  readonly tlsCa?: string
  readonly tlsInsecure?: true
  readonly yes?: true
  readonly live?: true
}

const STATUS = { accepted: 0, refused: 4, interrupted: 130 } as const

function targetOf(url: string, flags: ProbeFlags, secrets: Secrets): Target {
  secrets.addWritten(url)
  if (/^smtps?:/i.test(url)) {
    const target = parseSmtpTarget(url, process.env)
    if (target.credentials) secrets.addCredentials(target.credentials.user, target.credentials.password)
    return target
  }
  if (!/^https?:/i.test(url))
    throw new UsageError('probe: write the URL as smtp://, smtps://, http:// or https://host:port')
  const target = parseHttpTarget(url, flags.apiKey, process.env)
  secrets.addKey(target.key)
  return target
}

function checkReach({ address: { host } }: Target, { yes, tlsInsecure }: ProbeFlags): void {
  if (isLoopback(host)) return
  if (tlsInsecure)
    throw new UsageError(`--tls-insecure: ${host} is not on loopback; use --tls-ca for a private authority`)
  if (!yes) throw new UsageError(`${host} is not on loopback: add --yes to send it one real message`)
}

/** A provider is asked for its safe mode, as a run asks it; with --live it delivers. */
function termsOf(target: Target, { provider, to, live }: ProbeFlags): SafeTerms {
  const { protocol, address } = target
  if (live && to === undefined) throw new UsageError('--live: name the recipient (--to)')
  return safely({
    option: 'probe',
    provider: protocol === 'smtp' ? (ownerOf(address.host) ?? generic) : providers[provider],
    protocol,
    host: address.host,
    live: live ?? false,
    ownDomains: to === undefined ? [] : [domainOf(to)],
    to,
    fallback: undefined,
    key: protocol === 'smtp' ? target.credentials?.password : target.key,
    otherwise: 'add --live, and --to your own mailbox, to have it delivered',
  })
}

async function run(url: string, flags: ProbeFlags): Promise<void> {
  const secrets = createSecrets()
  const target = targetOf(url, flags, secrets)
  checkReach(target, flags)
  const { provider, to, headers = {}, key, words } = termsOf(target, flags)
  const template = await loadTemplate(flags.message, {
    run: hash32(`probe/${systemClock.wallMs()}`).toString(16).padStart(8, '0'),
    trial: 0,
    from: flags.from,
    to,
    exactTo: to !== undefined,
    headers,
    wallMs: systemClock.wallMs(),
  })
  using interrupt = onInterrupt()
  const probed = await probe({
    target: target.protocol === 'http' && key !== undefined ? { ...target, key } : target,
    message: template.message(0),
    mode: flags.mode,
    link: flags.rtt === undefined ? {} : { rtt: flags.rtt },
    trust: {
      insecure: flags.tlsInsecure ?? false,
      resume: false,
      ...(flags.tlsCa !== undefined && { ca: readAuthorities(flags.tlsCa) }),
    },
    provider,
    timeoutNs: parseDurationNs(flags.timeout),
    mask: text => secrets.mask(text),
    clock: systemClock,
    signal: interrupt.signal,
  })
  if (!isLoopback(target.address.host)) print(`${target.address.host}: ${words}`)
  print(renderProbe(probed))
  const { outcome } = probed.reply
  const status = outcome === 'accepted' ? STATUS.accepted : STATUS.refused
  process.exitCode = interrupt.signal.aborted ? STATUS.interrupted : status
}

function duration(text: string): string {
  try {
    parseDurationNs(text)
    return text
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

/** `mailbench probe URL`: one message to one target, and all that happened on the way. */
export function probeCommand(): Command {
  return new Command('probe')
    .description('one message to one target: a transcript, phases, round trips, and what the server can do')
    .argument('<url>', 'smtp://, smtps://, http:// or https://; credentials may name environment variables')
    .option('--api-key <key>', 'key of an HTTP target; may name an environment variable')
    .addOption(
      new Option('--provider <name>', 'dialect of an HTTP target').choices(providerNames).default('generic'),
    )
    .addOption(new Option('--mode <mode>', 'how SMTP is spoken').choices(modes).default('lockstep'))
    .addOption(
      new Option('--message <name>', 'message of the corpus').choices(messageNames).default('password-reset'),
    )
    .option('--from <address>', "sender's address")
    .option('--to <address>', "recipient's address")
    .addOption(
      new Option('--rtt <duration>', 'adds an emulated network of this round-trip time').argParser(duration),
    )
    .addOption(
      new Option('--timeout <duration>', 'the longest that each step may take')
        .default('10s')
        .argParser(duration),
    )
    .option('--tls-ca <file>', 'file of certificate authorities in PEM')
    .option('--tls-insecure', 'do not verify certificates (loopback only)')
    .option('--yes', 'send to a host that is not on loopback; of a provider that is known, to its sandbox')
    .option('--live', 'have a provider deliver it, to the mailbox of --to')
    .action(run)
}
