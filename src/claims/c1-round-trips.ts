import type { LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { type Claim, type ClaimVerdict, type Evidence, type Judgement, notMeasured } from './claim.ts'
import { clientInWords } from './condition.ts'
import { type RoundTrips, roundTripsInTheory } from './theory.ts'

/** Round trips of one kind of client: they depend on neither the network nor the load. */
interface Counted extends RoundTrips {
  readonly row: LabelRow
  readonly client: string
  readonly theory: RoundTrips | undefined
}

const cold = ({ setup, message }: RoundTrips) => setup + message
const agrees = ({ setup, message, theory }: Counted) =>
  theory === undefined || (setup === theory.setup && message === theory.message)

const kindOf = ({ transport, client, mode, http_version, tls, auth, recipients, target }: LabelRow) =>
  JSON.stringify([transport, client, mode, http_version, tls, auth, recipients, target])

/** One of each kind, of single messages: those of a whole job share their round trips (C5). */
function countedIn({ labels }: StoredRun): Counted[] {
  const kinds = new Map<string, Counted>()
  for (const row of labels) {
    const { round_trips_setup: setup, round_trips_per_message: message } = row
    if (setup === null || message === null || row.auth === 'wrong' || row.batch_size !== null) continue
    if (!kinds.has(kindOf(row)))
      kinds.set(kindOf(row), {
        row,
        client: clientInWords(row),
        setup,
        message,
        theory: roundTripsInTheory(row),
      })
  }
  return [...kinds.values()]
}

function evidenceOf(counted: readonly Counted[]): Evidence {
  return {
    columns: [
      'transport',
      'client',
      'TLS',
      'authentication',
      'set-up',
      'a message, connection kept',
      'first message',
      'first message in theory',
    ],
    rows: counted.map(each => [
      each.row.transport,
      each.client,
      each.row.tls,
      each.row.auth,
      each.setup,
      each.message,
      cold(each),
      each.theory ? cold(each.theory) : null,
    ]),
  }
}

/** Every SMTP kind beside every HTTP kind, once for the first message and once for each that follows. */
function verdictOf(smtp: readonly Counted[], http: readonly Counted[]): ClaimVerdict {
  const pairs = smtp.flatMap(ours => http.map(theirs => ({ ours, theirs })))
  const more = pairs.flatMap(({ ours, theirs }) => [cold(ours) > cold(theirs), ours.message > theirs.message])
  if (more.every(Boolean)) return 'holds'
  return more.some(Boolean) ? 'depends' : 'does not hold'
}

const range = (values: readonly number[]) =>
  [...new Set([Math.min(...values), Math.max(...values)])].map(value => Number(value.toFixed(2))).join(' to ')

function findingOf(smtp: readonly Counted[], http: readonly Counted[]): string {
  const first = `A first message takes ${range(smtp.map(cold))} round trips over SMTP, ${range(http.map(cold))} over the API.`
  const warm = (side: readonly Counted[]) => range(side.map(({ message }) => message))
  const lean = smtp.filter(({ message }) => message <= Math.max(...http.map(each => each.message)))
  const exception = lean.length > 0 ? ` As few with ${lean.map(({ client }) => client).join(', ')}.` : ''
  return `${first} On a kept connection each takes ${warm(smtp)} and ${warm(http)}.${exception}`
}

/** The count that says most: of what applications use, when that was measured. */
function foremost(smtp: readonly Counted[]): Counted | undefined {
  return smtp.find(({ row }) => row.client === 'nodemailer') ?? smtp[0]
}

function judge(run: StoredRun): Judgement {
  const counted = countedIn(run)
  const [smtp, http] = (['smtp', 'http'] as const).map(transport =>
    counted.filter(({ row }) => row.transport === transport),
  ) as [Counted[], Counted[]]
  const subject = foremost(smtp)
  if (!subject || http.length === 0)
    return notMeasured('The run holds no counted round trips of both transports.', 'mailbench run headline')
  // At our own sinks nothing excuses a difference; elsewhere a server may offer less, as TLS 1.2.
  const odd = counted.filter(each => !agrees(each))
  const broken = odd.some(({ row }) => row.target?.startsWith('sink'))
  const oddities = odd.map(each => `${each.row.transport} ${each.client}`).join(', ')
  return {
    verdict: broken ? 'inconclusive' : verdictOf(smtp, http),
    finding: findingOf(smtp, http) + (odd.length > 0 ? ` Not as theory has it: ${oddities}.` : ''),
    figure: {
      name: `round trips of a first message, SMTP by ${subject.client}`,
      value: cold(subject),
      unit: 'round trips',
      interval: null,
      confidence: null,
    },
    equal: 'message and recipients, encryption and authentication; one message in flight',
    flips:
      'kept connections take away the set-up; PIPELINING (RFC 2920) and CHUNKING (RFC 3030) bring a message down to 2 and 1 round trips',
    evidence: evidenceOf(counted),
  }
}

export const roundTripsClaim: Claim = {
  id: 'C1',
  text: 'SMTP needs numerous back-and-forths, an API does not',
  rule: 'Counted at the emulated network, not estimated. Holds when every SMTP client takes more round trips than every API client, for a first message and for each that follows; does not hold when none does; depends otherwise. Inconclusive when a count at our own sinks is not what theory gives.',
  judge,
}
