import { NS_PER_MS } from '../clock.ts'
import { NONE, short } from '../figure-text.ts'
import type { Diagnosis } from '../probe/diagnose.ts'
import { type Finding, steps } from '../probe/finding.ts'
import { aligned } from '../report/align.ts'
import type { DoctorRecord } from '../run-store/doctor-record.ts'
import { plainText } from '../run-store/text.ts'

const DETAIL_MAX = 300

const words: Record<Finding['state'], string> = {
  ok: 'ok',
  failed: 'FAILED',
  untried: NONE,
  unchecked: 'not checked',
}
const transports = { smtp: 'smtp', http: 'api' } as const

const wayOf = ({ name, protocol }: Diagnosis) => [name, transports[protocol]].filter(Boolean).join(' ')

const spanOf = (spanNs: number | null) => (spanNs === null ? '' : ` (${short(spanNs / NS_PER_MS)} ms)`)

function details(diagnosis: Diagnosis): string[] {
  const { findings, mail, server } = diagnosis
  const line = (step: string, state: string, detail: string) =>
    `  ${step.padEnd(6)} ${state.padEnd(6)}  ${plainText(detail, DETAIL_MAX)}`.trimEnd()
  return [
    `${wayOf(diagnosis)}: ${server}`,
    ...findings
      .filter(({ state, detail }) => state !== 'untried' || detail !== '')
      .map(({ step, state, detail, spanNs }) => line(step, words[state], detail + spanOf(spanNs))),
    line('mail', mail.isAllowed ? 'ok' : 'FAILED', mail.words),
  ]
}

/** What could not be checked is outside of the count: it may work, or not. */
function sumOf(diagnoses: readonly Diagnosis[]): string {
  const known = diagnoses.filter(({ works }) => works !== undefined)
  const rest = diagnoses.length - known.length
  const sum = `${known.filter(({ works }) => works).length} of ${known.length} ways work`
  return `${sum}${rest > 0 ? `; of ${rest} more the key could not be checked` : ''}; nothing was sent.`
}

/** A table of what works, then what is known of each way, then how many work. */
export function renderDiagnoses(diagnoses: readonly Diagnosis[]): string {
  const head = ['target', ...steps, 'mail']
  const rows = diagnoses.map(diagnosis => [
    wayOf(diagnosis),
    ...diagnosis.findings.map(({ state }) => words[state]),
    diagnosis.mail.isAllowed ? 'ok' : 'FAILED',
  ])
  return [
    ...aligned([head, ...rows]).lines,
    '',
    ...diagnoses.flatMap(diagnosis => [...details(diagnosis), '']),
    sumOf(diagnoses),
  ].join('\n')
}

const msOrNull = (spanNs: number | null) => (spanNs === null ? null : Math.round(spanNs / 1e4) / 100)

/** The same for scripts. */
export function diagnosisJson(diagnosis: Diagnosis): DoctorRecord['targets'][number] {
  const { name, protocol, server, isOnLoopback, works, mail, findings, ports } = diagnosis
  return {
    target: name ?? null,
    transport: protocol,
    server,
    on_loopback: isOnLoopback,
    works: works ?? null,
    checks: findings.map(({ step, state, detail, spanNs }) => ({
      step,
      state,
      detail,
      ms: msOrNull(spanNs),
    })),
    ports: ports.map(({ port, isOpen, cause, spanNs }) => ({
      port,
      open: isOpen,
      cause,
      ms: msOrNull(spanNs),
    })),
    mail: { allowed: mail.isAllowed, words: mail.words },
  }
}
