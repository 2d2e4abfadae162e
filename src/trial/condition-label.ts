import { linkFault, linkRttNs } from '../link/link.ts'
import type { MessageSource } from '../message/corpus.ts'
import { faultsLabel, faultsName } from '../sink/fault/fault-label.ts'
import { retryDetails } from '../transport/retry-policy.ts'
import { formatDuration } from '../units.ts'
import type { Condition } from './condition.ts'
import { defaultConnections, loadLabel } from './load-choice.ts'

/** What is wrong with the network and with the sink behind it, in words; empty where nothing is. */
export function faultOf({ link, target }: Pick<Condition, 'link' | 'target'>): string {
  const atSink = target.kind === 'sink' ? faultsLabel(target.faults ?? []) : ''
  return [linkFault(link), atSink].filter(Boolean).join(' and ')
}

/** A word for it, where the sink is all that is wrong and a list of its faults would be long. */
function faultNameOf({ link, target }: Pick<Condition, 'link' | 'target'>): string | undefined {
  return target.kind === 'sink' && linkFault(link) === '' ? faultsName(target.faults ?? []) : undefined
}

function messageLabel(message: MessageSource): string {
  if (typeof message === 'string') return message
  return 'merge' in message ? 'merge' : `${message.sizeBytes}b`
}

/** What a label says beyond client, connection and users: only where the plan's conditions differ in it. */
const extras: readonly ((condition: Omit<Condition, 'label'>) => string)[] = [
  ({ link }) => `rtt-${formatDuration(linkRttNs(link))}`,
  condition => faultNameOf(condition) ?? faultOf(condition).replaceAll(' ', '-'),
  // Two lists of faults may have one name.
  condition => (faultNameOf(condition) === undefined ? '' : faultOf(condition).replaceAll(' ', '-')),
  ({ message }) => messageLabel(message),
  ({ recipients }) => `${recipients}rcpt`,
  ({ batch = 1 }) => (batch === 1 ? '' : `batch-${batch}`),
  ({ target }) => (target.kind !== 'sink' ? '' : target.wrong ? 'wrong-auth' : target.auth ? '' : 'no-auth'),
  ({ target }) => (target.kind === 'sink' ? `tls-${target.tls}` : ''),
  ({ connections, load }) => (connections === defaultConnections(load) ? '' : `${connections}conn`),
  ({ load }) => (load.kind !== 'closed' || load.thinkNs === 0 ? '' : `think-${load.thinkNs / 1e6}ms`),
  ({ load }) => (load.kind === 'closed' ? '' : `${load.maxInFlight}in-flight`),
  ({ messages, durationNs }) =>
    messages === Number.MAX_SAFE_INTEGER ? formatDuration(durationNs) : `${messages}msg`,
  ({ retry }) => (retry ? retryDetails(retry) : ''),
  ({ timeout }) => `timeout-${timeout === 'rfc' ? timeout : `${timeout / 1e6}ms`}`,
]

function baseLabel(condition: Omit<Condition, 'label'>): string {
  const { targetName, protocol, client, mode, httpVersion, connection, load, retry, idempotency } = condition
  return [
    targetName,
    protocol,
    client,
    mode,
    httpVersion === '2' && 'h2',
    connection,
    loadLabel(load),
    retry && `retry-${retry.times}`,
    idempotency && 'keyed',
  ]
    .filter(Boolean)
    .join(' ')
}

/** Adds to each label what it takes to tell it from the others of its base. */
export function labelled(conditions: readonly Omit<Condition, 'label'>[]): Condition[] {
  let labels = conditions.map(baseLabel)
  for (const extra of extras) {
    const said = new Map<string, Set<string>>()
    conditions.forEach((condition, i) => {
      const label = labels[i] as string
      said.set(label, (said.get(label) ?? new Set()).add(extra(condition)))
    })
    labels = conditions.map((condition, i) => {
      const label = labels[i] as string
      return (said.get(label)?.size ?? 0) > 1 ? `${label} ${extra(condition)}`.trimEnd() : label
    })
  }
  return conditions.map((condition, i) => ({ ...condition, label: labels[i] as string }))
}
