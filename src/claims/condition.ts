import { short } from '../figure-text.ts'
import type { LabelRow } from '../run-store/schema.ts'

/** What two sides of a comparison share, and what tells a comparison from others of its run. */
export interface Circumstances {
  readonly server: string
  readonly rttMs: number
  readonly connection: string
  readonly load: string
  readonly messageBytes: number
  readonly recipients: number
  readonly batch: number
  readonly fault: string
  readonly protection: string
}

/** Two URLs that a run compares stand for one service; targets that a plan names are called alike on both sides. */
const serverOf = ({ target }: LabelRow) =>
  target === null || target.includes('://') ? 'the servers named' : target

const loadOf = ({ load, users, rate_per_s: rate }: LabelRow) =>
  users === null ? `${load}${rate === null ? '' : ` ${short(rate)}/s`}` : `${users} at a time`

/** At local sinks both sides are to be encrypted and to log in alike; servers that are given are as they are. */
function protectionOf({ target, tls, auth }: LabelRow): string {
  if (target?.includes('://')) return auth === 'wrong' ? 'wrong credentials' : ''
  const encrypted = tls === null || tls === 'none' ? 'clear text' : 'TLS'
  const login =
    auth === null ? ', no authentication' : auth === 'wrong' ? ', wrong credentials' : ', authenticated'
  return encrypted + login
}

export function circumstancesOf(row: LabelRow): Circumstances {
  return {
    server: serverOf(row),
    rttMs: row.link_rtt_ms ?? 0,
    connection: row.connection ?? '',
    load: loadOf(row),
    messageBytes: row.message_bytes,
    recipients: row.recipients,
    batch: row.batch_size ?? 1,
    fault: row.fault ?? '',
    protection: protectionOf(row),
  }
}

export const sizeInWords = (bytes: number) => (bytes < 1024 ? `${bytes} bytes` : `${short(bytes / 1024)} kB`)

/** Several are counted: a list is no name of a condition. */
function faultsInWords(fault: string): string {
  const kinds = fault.split(' and ')
  if (kinds.length === 1) return fault || 'no faults'
  const [share, ...others] = new Set(kinds.map(kind => /^[\d.]+%/.exec(kind)?.[0]))
  return `${kinds.length} kinds of faults${share && others.length === 0 ? ` at ${share}` : ''}`
}

/** The order is the one in which circumstances are named. */
const words: { readonly [Part in keyof Circumstances]: (circumstances: Circumstances) => string } = {
  server: ({ server }) => server,
  rttMs: ({ rttMs }) => `${Number(rttMs.toFixed(3))} ms RTT`,
  connection: ({ connection }) =>
    connection === 'fresh' ? 'new connection' : connection === 'reuse' ? 'kept connection' : connection,
  load: ({ load }) => load,
  messageBytes: ({ messageBytes }) => sizeInWords(messageBytes),
  recipients: ({ recipients }) => `${recipients} recipient${recipients === 1 ? '' : 's'}`,
  batch: ({ batch }) => (batch === 1 ? 'one a call' : `${batch} a call`),
  fault: ({ fault }) => faultsInWords(fault),
  protection: ({ protection }) => protection,
}
export const circumstanceNames = Object.keys(words) as readonly (keyof Circumstances)[]

/** These of the circumstances in words: `20 ms RTT, kept connection`. */
export function inWords(circumstances: Circumstances, names: readonly (keyof Circumstances)[]): string {
  return names
    .map(name => words[name](circumstances))
    .filter(text => text !== '')
    .join(', ')
}

/** The circumstances in which some of these differ, and those that all share. */
export function divided(all: readonly Circumstances[]): {
  readonly differing: readonly (keyof Circumstances)[]
  readonly shared: readonly (keyof Circumstances)[]
} {
  const [first] = all
  const differs = (name: keyof Circumstances) =>
    first !== undefined && all.some(each => each[name] !== first[name])
  return {
    differing: circumstanceNames.filter(differs),
    shared: circumstanceNames.filter(name => !differs(name)),
  }
}

export const keyOf = (circumstances: Circumstances) => JSON.stringify(circumstances)

/** Equal for labels that may be laid side by side. */
export const circumstanceKey = (row: LabelRow) => keyOf(circumstancesOf(row))

/** `nodemailer`, `undici h2`, `wire chunked`. */
export const clientInWords = ({ client, mode, http_version: version }: LabelRow) =>
  [client, mode, version === '2' && 'h2'].filter(Boolean).join(' ')
