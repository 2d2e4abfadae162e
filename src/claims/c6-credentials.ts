import { short } from '../figure-text.ts'
import type { FailureRow, LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { median } from '../stats/median.ts'
import { wilsonInterval } from '../stats/proportion.ts'
import {
  type Cell,
  type Claim,
  type ClaimVerdict,
  type Evidence,
  type Judgement,
  notMeasured,
} from './claim.ts'
import { clientInWords } from './condition.ts'
import { invalidIn } from './validity.ts'
import { sentence } from './words.ts'

/** A share of messages let through with a wrong credential that cannot be told from this is none. */
const NONE_BELOW = 0.2

type Transport = LabelRow['transport']

/** What became of messages that came with a wrong credential, of one transport. */
interface Refusals {
  readonly attempted: number
  readonly accepted: number
  /** Refused because of the credential, and told so. */
  readonly refused: number
  /** Of these, when the message was on its way already: whoever sent it has shown it to the server. */
  readonly refusedAfter: number
  /** In clear text: the secret was sent although nothing protected it. */
  readonly refusedInClear: number | null
}

const isWrong = ({ auth, repetitions }: LabelRow) => auth === 'wrong' && repetitions > 0

/** Without a code of its own, a server has refused nothing: the client has. */
const toldByServer = ({ cause, code, outcome }: FailureRow) =>
  outcome === 'rejected' && cause === 'auth' && code !== null

/** Phases after which the message is on its way: over an API it goes along with its key. */
const messagePhases: readonly (string | null)[] = ['send', 'wait', 'receive', 'content', 'reply']

const isAfterMessage = ({ phase }: FailureRow) => messagePhases.includes(phase)

function validFailures(run: StoredRun, { label }: LabelRow): FailureRow[] {
  const valid = new Set(run.trials.filter(trial => trial.valid).map(({ trial }) => trial))
  return run.failures.filter(row => row.label === label && valid.has(row.trial))
}

const countOf = (rows: readonly FailureRow[]) => rows.reduce((sum, { count }) => sum + count, 0)

function refusalsOf(run: StoredRun, transport: Transport): Refusals | undefined {
  const rows = run.labels.filter(row => row.transport === transport && isWrong(row))
  if (rows.length === 0) return undefined
  const refusalsIn = (of: readonly LabelRow[]) =>
    of.flatMap(row => validFailures(run, row).filter(toldByServer))
  const refused = refusalsIn(rows)
  const inClear = rows.filter(({ tls }) => tls === 'none')
  return {
    attempted: rows.reduce((sum, row) => sum + row.attempted, 0),
    accepted: rows.reduce((sum, row) => sum + row.accepted, 0),
    refused: countOf(refused),
    refusedAfter: countOf(refused.filter(isAfterMessage)),
    refusedInClear: inClear.length > 0 ? countOf(refusalsIn(inClear)) : null,
  }
}

/** Whether wrong credentials get through: yes, no, or too few were tried to say. */
function letsThrough({ accepted, attempted }: Refusals): boolean | undefined {
  if (accepted > 0) return true
  const bounds = wilsonInterval(accepted, attempted)
  return bounds && bounds.high < NONE_BELOW ? false : undefined
}

/** An extra level would show as something that a password lets through and a key does not. */
function verdictOf(smtp: Refusals, http: Refusals): ClaimVerdict {
  const [password, key] = [letsThrough(smtp), letsThrough(http)]
  if (password === undefined || key === undefined) return 'inconclusive'
  if (password !== key) return password ? 'holds' : 'does not hold'
  const [passwordBare, keyBare] = [smtp.refusedInClear, http.refusedInClear]
  if (passwordBare === null || keyBare === null) return 'does not hold'
  return passwordBare > 0 && keyBare === 0 ? 'holds' : 'does not hold'
}

/** What logging in adds to a connection: its round trips, and its time where the network adds nothing. */
function costOf(run: StoredRun, transport: Transport): { trips: number; ms: number | null } | undefined {
  const labels = new Set(
    run.labels
      .filter(
        row =>
          row.transport === transport && row.connection === 'fresh' && row.auth !== null && !isWrong(row),
      )
      .map(({ label }) => label),
  )
  const nearest = run.labels.filter(({ label, link_rtt_ms: rtt }) => labels.has(label) && (rtt ?? 0) === 0)
  const counted = run.labels.find(
    ({ label, round_trips_setup: setup }) => labels.has(label) && setup !== null,
  )
  if (!counted) return undefined
  const ofPhase = run.phases.filter(({ phase }) => phase === 'auth')
  const client = nearest[0]?.client ?? counted.client
  const times = ofPhase
    .filter(({ label }) => nearest.some(row => row.label === label && row.client === client))
    .flatMap(({ p50_ms }) => p50_ms ?? [])
  const trips = ofPhase.filter(({ trial }) =>
    run.trials.some(row => row.trial === trial && row.transport === transport),
  )
  return {
    trips: Math.max(0, ...trips.flatMap(({ round_trips }) => round_trips ?? [])),
    ms: median(times) ?? null,
  }
}

function costInWords(cost: ReturnType<typeof costOf>, name: string): string {
  if (!cost) return ''
  const time = cost.ms === null ? '' : `, ${short(cost.ms)} ms`
  return cost.trips === 0 && cost.ms === null
    ? `${name} nothing`
    : `${name} ${cost.trips} round trip${cost.trips === 1 ? '' : 's'} a connection${time}`
}

/** `A wrong password is refused before the message is sent, a wrong key after that.` */
function orderInWords(smtp: Refusals, http: Refusals): string {
  const sides = [
    { ...smtp, name: 'a wrong password' },
    { ...http, name: 'a wrong key' },
  ].filter(({ refused }) => refused > 0)
  const parts = sides.map(({ name, refused, refusedAfter }, i) => {
    const when = refusedAfter === 0 ? 'before' : 'after'
    const some = refusedAfter > 0 && refusedAfter < refused ? ` in ${refusedAfter} of ${refused}` : ''
    return `${name} ${i === 0 ? `is refused ${when} the message is sent` : `${when} that`}${some}`
  })
  return parts.length === 0 ? '' : ` ${sentence(parts.join(', '))}`
}

function findingOf(run: StoredRun, smtp: Refusals, http: Refusals): string {
  const refusals = `With a wrong credential SMTP took ${smtp.accepted} of ${smtp.attempted} messages, the API ${http.accepted} of ${http.attempted}.`
  const clear = (side: Refusals) => side.refusedInClear !== null && side.refusedInClear > 0
  const exposure = clear(smtp) && clear(http) ? ' Both send the secret in clear text where TLS is off.' : ''
  const costs = [
    costInWords(costOf(run, 'smtp'), 'a password costs'),
    costInWords(costOf(run, 'http'), 'a key costs'),
  ].filter(Boolean)
  const cost = costs.length === 0 ? '' : ` ${sentence(costs.join(', '))}`
  return refusals + orderInWords(smtp, http) + exposure + cost
}

function evidenceOf(run: StoredRun): Evidence {
  const rows = run.labels.filter(isWrong).map((row): Cell[] => {
    const [most] = validFailures(run, row).toSorted((a, b) => b.count - a.count)
    const sent = most ? (isAfterMessage(most) ? 'yes' : 'no') : null
    return [
      row.transport,
      clientInWords(row),
      row.tls,
      row.attempted,
      row.accepted,
      most?.outcome ?? null,
      most?.phase ?? null,
      most ? [most.code, most.enhanced_code].filter(code => code !== null).join(' ') : null,
      sent,
    ]
  })
  return {
    columns: [
      'transport',
      'client',
      'TLS',
      'tried',
      'taken',
      'outcome',
      'in phase',
      'code',
      'message sent by then',
    ],
    rows,
  }
}

function judge(run: StoredRun): Judgement {
  const [smtp, http] = [refusalsOf(run, 'smtp'), refusalsOf(run, 'http')]
  if (!smtp || !http)
    return notMeasured(
      `The run holds no wrong credentials of both transports.${invalidIn(run)}`,
      'mailbench run headline',
    )
  const bounds = wilsonInterval(http.accepted, http.attempted)
  return {
    verdict: verdictOf(smtp, http),
    finding: findingOf(run, smtp, http) + invalidIn(run),
    figure:
      http.attempted === 0
        ? null
        : {
            name: 'messages that an API took with a wrong key',
            value: (100 * http.accepted) / http.attempted,
            unit: '%',
            interval: bounds ? { low: 100 * bounds.low, high: 100 * bounds.high } : null,
            confidence: 0.95,
          },
    equal: 'server, encryption, message, a credential that is wrong; what a stolen one opens was not tried',
    flips: 'a server that takes wrong passwords, or an API client that refuses to send its key in clear text',
    evidence: evidenceOf(run),
  }
}

export const credentialsClaim: Claim = {
  id: 'C6',
  text: 'An API key is an extra level of security',
  rule: 'Messages are sent with a wrong password and with a wrong key, with TLS and without. Holds when a password lets something through, or crosses the wire in clear text, that a key does not; does not hold otherwise. Inconclusive when so few were tried that a fifth let through could have gone unseen (Wilson 95 %).',
  judge,
}
