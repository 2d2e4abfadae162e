import { Option } from 'commander'
import { type Plan, planDefaults, planSchema } from '../trial/plan.ts'

/** How the text of a flag becomes the value of a plan's field. */
type Kind = 'text' | 'repeated' | 'texts' | 'number' | 'numbers' | 'number-or-text' | 'switch'

interface RunOption {
  readonly flag: string
  /** What stands for the value in help; none for a switch. */
  readonly value?: string
  readonly field: keyof Plan
  readonly kind: Kind
}

/**
 * Every flag of `run` that is also a field of a plan, in the order of `--help`. Meaning and default come from
 * the plan's schema: they are declared once.
 */
export const runOptions: readonly RunOption[] = [
  { flag: 'smtp', value: 'url', field: 'smtp', kind: 'text' },
  { flag: 'api', value: 'url', field: 'api', kind: 'text' },
  { flag: 'provider', value: 'name', field: 'provider', kind: 'text' },
  { flag: 'api-key', value: 'key', field: 'api_key', kind: 'text' },
  { flag: 'client', value: 'names', field: 'client', kind: 'texts' },
  { flag: 'mode', value: 'modes', field: 'mode', kind: 'texts' },
  { flag: 'http-version', value: 'versions', field: 'http_version', kind: 'texts' },
  { flag: 'connection', value: 'kinds', field: 'connection', kind: 'texts' },
  { flag: 'connections', value: 'n', field: 'connections', kind: 'numbers' },
  { flag: 'users', value: 'n', field: 'users', kind: 'numbers' },
  { flag: 'think', value: 'duration', field: 'think', kind: 'text' },
  { flag: 'rate', value: 'n', field: 'rate', kind: 'numbers' },
  { flag: 'arrivals', value: 'kinds', field: 'arrivals', kind: 'texts' },
  { flag: 'max-in-flight', value: 'n', field: 'max_in_flight', kind: 'number' },
  { flag: 'messages', value: 'n', field: 'messages', kind: 'number' },
  { flag: 'duration', value: 'duration', field: 'duration', kind: 'text' },
  { flag: 'warmup', value: 'n|duration', field: 'warmup', kind: 'number-or-text' },
  { flag: 'timeout', value: 'duration', field: 'timeout', kind: 'text' },
  { flag: 'retry', value: 'n', field: 'retry', kind: 'numbers' },
  { flag: 'idempotency', field: 'idempotency', kind: 'switch' },
  { flag: 'message', value: 'names', field: 'message', kind: 'texts' },
  { flag: 'size', value: 'sizes', field: 'size', kind: 'texts' },
  { flag: 'recipients', value: 'n', field: 'recipients', kind: 'numbers' },
  { flag: 'batch', value: 'n|max', field: 'batch', kind: 'numbers' },
  { flag: 'from', value: 'address', field: 'from', kind: 'text' },
  { flag: 'to', value: 'address', field: 'to', kind: 'text' },
  { flag: 'subaddress', field: 'subaddress', kind: 'switch' },
  { flag: 'rtt', value: 'duration', field: 'rtt', kind: 'texts' },
  { flag: 'repeat', value: 'n', field: 'repeat', kind: 'number' },
  { flag: 'seed', value: 'seed', field: 'seed', kind: 'text' },
  { flag: 'threshold', value: 'expr', field: 'thresholds', kind: 'repeated' },
  { flag: 'tls-ca', value: 'file', field: 'tls_ca', kind: 'text' },
  { flag: 'tls-insecure', field: 'tls_insecure', kind: 'switch' },
  { flag: 'tls-resume', field: 'tls_resume', kind: 'switch' },
  { flag: 'samples', field: 'samples', kind: 'switch' },
  { flag: 'skip-anatomy', field: 'skip_anatomy', kind: 'switch' },
  { flag: 'out', value: 'dir', field: 'out', kind: 'text' },
  { flag: 'history', value: 'file', field: 'history', kind: 'text' },
  { flag: 'yes', field: 'confirm', kind: 'switch' },
  { flag: 'max-messages', value: 'n', field: 'max_messages', kind: 'number' },
  { flag: 'max-spend', value: 'n', field: 'max_spend', kind: 'number' },
  { flag: 'live', field: 'live', kind: 'switch' },
  { flag: 'own-domains', value: 'domains', field: 'own_domains', kind: 'texts' },
  { flag: 'emulate', field: 'emulate', kind: 'switch' },
]

const isList = (kind: Kind) => kind === 'texts' || kind === 'numbers'

/** Help of one flag: the field's own words, and its default. */
export function helpOf({ field, kind }: RunOption): string {
  const meaning = planSchema.shape[field].description ?? ''
  const fallback = (planDefaults as Partial<Record<keyof Plan, unknown>>)[field]
  const list = isList(kind) ? ' (comma list)' : kind === 'repeated' ? ' (repeatable)' : ''
  return `${meaning}${list}${fallback === undefined ? '' : ` (default: ${fallback})`}`
}

export function commanderOption(option: RunOption): Option {
  const value = option.value === undefined ? '' : ` <${option.value}>`
  const made = new Option(`--${option.flag}${value}`, helpOf(option))
  if (option.kind !== 'repeated') return made
  return made.argParser((text, before: string[] | undefined) => [...(before ?? []), text])
}

function numberOf(text: string): number | string {
  // Text that is no number stays text, so that the schema's own message names it.
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}

function parsedValue(kind: Kind, given: string | string[] | true): unknown {
  if (typeof given !== 'string') return given
  switch (kind) {
    case 'number':
    case 'number-or-text':
      return numberOf(given)
    case 'numbers':
      return given.split(',').map(numberOf)
    case 'texts':
      return given.split(',').map(text => text.trim())
    default:
      return given
  }
}

/** commander's name of a flag: `api-key` is `apiKey`. */
const camelCase = (flag: string) => flag.replace(/-(\w)/g, (_match, letter: string) => letter.toUpperCase())

/** The fields of a plan that the command line sets. */
export function fieldsOf(
  flags: Readonly<Record<string, string | string[] | true | undefined>>,
): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const { flag, field, kind } of runOptions) {
    const given = flags[camelCase(flag)]
    if (given !== undefined) fields[field] = parsedValue(kind, given)
  }
  return fields
}

/** The flag that sets a field. */
export function flagOf(field: string): string | undefined {
  const option = runOptions.find(candidate => candidate.field === field)
  return option && `--${option.flag}`
}
