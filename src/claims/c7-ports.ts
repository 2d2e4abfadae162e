import { short } from '../figure-text.ts'
import type { DoctorRecord } from '../run-store/doctor-record.ts'
import {
  type Cell,
  type Claim,
  type ClaimVerdict,
  type Evidence,
  type Judgement,
  notMeasured,
} from './claim.ts'

const REMEDY = 'mailbench doctor PLAN --out FILE, then report RUN --doctor FILE'

type Examined = DoctorRecord['targets'][number]

/** Ports that mail is submitted by, and the one of an API. */
const SUBMISSION_PORTS = [25, 465, 587, 2525]

const isReached = ({ ports }: Examined) => ports.some(({ open }) => open)

/** Where a connection has to pass a network, and where there was an address to connect to. */
const triedOf = ({ targets }: DoctorRecord, transport: Examined['transport']) =>
  targets.filter(target => target.transport === transport && !target.on_loopback && target.ports.length > 0)

function verdictOf(smtp: readonly Examined[], http: readonly Examined[]): ClaimVerdict {
  const mail = smtp.filter(isReached).length
  if (!http.some(isReached)) return mail === 0 ? 'inconclusive' : 'does not hold'
  if (mail === 0) return 'holds'
  return mail === smtp.length && http.every(isReached) ? 'does not hold' : 'depends'
}

/** What doctor has to look at, where it has looked at nothing that a firewall could be before. */
function remedyOf(smtp: readonly Examined[], http: readonly Examined[]): string {
  const wanted = [smtp.length === 0 ? 'an SMTP server' : '', http.length === 0 ? 'an API' : '']
  const servers = wanted.filter(Boolean).join(' and ')
  return `mailbench doctor PLAN --out FILE, of a plan that names ${servers} not on loopback; then report RUN --doctor FILE`
}

/** `587 at 2 of 3`, of each port that was tried anywhere. */
function portsInWords(smtp: readonly Examined[]): string {
  const tried = smtp.flatMap(({ ports }) => ports)
  return SUBMISSION_PORTS.flatMap(port => {
    const of = tried.filter(one => one.port === port)
    return of.length === 0 ? [] : [`${port} at ${of.filter(({ open }) => open).length} of ${of.length}`]
  }).join(', ')
}

function blackHoleInWords({ black_holes, black_hole_timeout_ms: timeoutMs }: DoctorRecord): string {
  const noticed = black_holes.filter(({ cause }) => cause === 'timeout').map(({ ms }) => ms / timeoutMs)
  if (noticed.length === 0) return ''
  const [least, most] = [Math.min(...noticed), Math.max(...noticed)].map(ratio => ratio.toFixed(2))
  const span = least === most ? `${least}` : `${least} to ${most}`
  return ` A port that answers nothing is noticed after ${span} times the timeout, by ${noticed.length} of ${black_holes.length} clients.`
}

function evidenceOf(record: DoctorRecord, tried: readonly Examined[]): Evidence {
  const ports = tried.flatMap(({ transport, server, ports: found }) =>
    found.map(({ port, open, cause, ms }): Cell[] => [
      transport,
      server,
      port,
      open ? 'open' : (cause ?? 'closed'),
      ms,
    ]),
  )
  const holes = record.black_holes.map(({ transport, client, outcome, phase, cause, ms }): Cell[] => [
    transport,
    `${client} at a black hole, timeout ${short(record.black_hole_timeout_ms)} ms`,
    null,
    `${outcome} in ${phase ?? '?'} (${cause ?? 'no cause'})`,
    ms,
  ])
  return { columns: ['transport', 'server', 'port', 'found', 'known after, ms'], rows: [...ports, ...holes] }
}

function judgeDoctor(record: DoctorRecord): Judgement {
  const [smtp, http] = [triedOf(record, 'smtp'), triedOf(record, 'http')]
  if (smtp.length === 0 || http.length === 0)
    return notMeasured(
      'The record of doctor holds no servers off loopback of both transports.',
      remedyOf(smtp, http),
    )
  const [mail, api] = [smtp.filter(isReached).length, http.filter(isReached).length]
  return {
    verdict: verdictOf(smtp, http),
    finding: `On ${record.examined_at.slice(0, 10)}, ${api} of ${http.length} APIs and ${mail} of ${smtp.length} SMTP servers could be connected to from here (${portsInWords(smtp)}).${blackHoleInWords(record)}`,
    figure: {
      name: 'SMTP servers that can be connected to by some port',
      value: (100 * mail) / smtp.length,
      unit: '%',
      interval: null,
      confidence: null,
    },
    equal: 'where from, when, the time a connection may take',
    flips:
      'another network: what is blocked here need not be blocked there, and whether a firewall or the server refuses cannot be told from here',
    evidence: evidenceOf(record, [...smtp, ...http]),
  }
}

/** Reachability is a matter of the reader's own network: no stored run holds it, and none can answer for another. */
export const portsClaim: Claim = {
  id: 'C7',
  text: 'HTTP passes firewalls, SMTP ports are blocked',
  rule: 'From where mailbench runs, doctor connects to ports 25, 465, 587 and 2525 of every SMTP server and 443 of every API that is not on loopback, and to their own. Holds when APIs connect and no SMTP server does by any port; does not hold when all of both do, or no API does; depends when some do; inconclusive when nothing does.',
  judge: () =>
    notMeasured('A run sends to ports that are open; which are blocked here it cannot say.', REMEDY),
  judgeDoctor,
}
