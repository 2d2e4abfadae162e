import type { Check, Events, Facts, Lack, Limits, Relay, SafeMode } from './facts.ts'

/** What is known of a provider, in words: for `providers` and for the tables of the documentation. */
const variable = /\{([A-Z][A-Z0-9_]*)\}/g

/** Environment variables that its facts name, each once. */
export function variablesOf({ origin, key, smtp }: Facts): string[] {
  const texts = [key, origin, smtp?.host, smtp?.user, smtp?.password]
  const names = texts.flatMap(text => [...(text ?? '').matchAll(variable)].map(([, name]) => name ?? ''))
  return [...new Set(names)]
}

/** `{NAME}` as a shell and a plan have it. */
export const asShell = (text: string) => text.replace(variable, '$${$1}')

export function safeModeInWords(mode: SafeMode): string {
  switch (mode.kind) {
    case 'flag':
      return `the flag ${mode.field}`
    case 'header':
      return `the header ${mode.name}: ${mode.value}`
    case 'key':
      return `the key ${mode.key}`
    case 'recipient':
      return `mail to ${mode.address}`
    case 'account':
      return mode.how
    case 'none':
      return 'none'
  }
}

export function relayInWords({ host, starttls, implicit, user, password }: Relay): string {
  const ports = [
    starttls.length > 0 ? `${starttls.join(', ')} with STARTTLS` : '',
    implicit.length > 0 ? `${implicit.join(', ')} with TLS` : '',
  ].filter(text => text !== '')
  return `${asShell(host)}, ports ${ports.join(', ')}; user ${asShell(user)}, password ${asShell(password)}`
}

/** `2,000`: as the notes have it. */
export const countInWords = (count: number) => count.toLocaleString('en-US')

/** Documented ones only. */
export function limitsInWords(limits: Limits): string {
  const { callsPerS, messagesPerS, messageBytes, recipients, asciiAddresses, note } = limits
  return [
    callsPerS === undefined ? '' : `${countInWords(callsPerS)} calls/s`,
    messagesPerS === undefined ? '' : `${countInWords(messagesPerS)} messages/s`,
    messageBytes === undefined ? '' : `${Math.round(messageBytes / 1024 / 1024)} MB`,
    recipients === undefined ? '' : `${countInWords(recipients)} recipients`,
    asciiAddresses ? 'addresses in ASCII' : '',
    note ?? '',
  ]
    .filter(text => text !== '')
    .join('; ')
}

const checks: Record<Check['by'], string> = {
  sdk: 'the official client sends the same, and is satisfied by the mock',
  schema: 'the published schema',
  types: "the official client's types",
  documentation: 'its documentation only',
}

export const checkInWords = ({ by, of }: Check) => (of === undefined ? checks[by] : `${of}: ${checks[by]}`)

export const eventsInWords = ({ field, names, joinKey, signed }: Events) =>
  `${field}: ${names.join(', ')}; joined by ${joinKey}; ${signed === undefined ? 'not signed' : `signed: ${signed}`}`

const lacks: Record<Lack, string> = {
  text: 'a plain text',
  names: "recipients' names",
  type: "an attachment's type",
  inline: 'inline parts',
  'inline-names': "inline parts' file names",
  headers: 'header fields',
  'batch-headers': "header fields of a batch's single messages",
}

export const lacksInWords = (list: readonly Lack[]) => list.map(lack => lacks[lack]).join(', ')
