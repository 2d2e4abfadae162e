import { z } from 'zod'
import { nearest, suggestion } from './nearest.ts'

type Issue = z.core.$ZodIssue
/** The part of JSON Schema 2020-12 that messages are made from. */
export interface JsonSchema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly items?: JsonSchema
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly minItems?: number
}

type Path = readonly PropertyKey[]

const described = new WeakMap<z.ZodType, JsonSchema>()

/** What a schema allows, made once: it takes longer than to check a plan. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const known = described.get(schema)
  if (known) return known
  const made = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  described.set(schema, made)
  return made
}

function branches(schema: JsonSchema): readonly JsonSchema[] {
  const parts = schema.anyOf ?? schema.allOf
  return parts ? parts.flatMap(branches) : [schema]
}

function childOf(schema: JsonSchema, key: PropertyKey): JsonSchema | undefined {
  if (typeof key === 'number') return schema.items
  const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
  return schema.properties?.[String(key)] ?? rest
}

/** What a schema allows at `path`, each alternative by itself. */
function schemasAt(root: JsonSchema, path: Path): JsonSchema[] {
  let found = [...branches(root)]
  for (const key of path) {
    found = found.flatMap(schema => {
      const child = childOf(schema, key)
      return child ? branches(child) : []
    })
  }
  return found
}

/** Bounds that are integers' own (2^53 − 1) say nothing. */
const isTelling = (bound: number | undefined) =>
  bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER

function describeNumber(noun: string, schema: JsonSchema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema
  if (isTelling(minimum) && isTelling(maximum)) return `${noun} from ${minimum} to ${maximum}`
  const bounds: string[] = []
  if (isTelling(minimum)) bounds.push(`of at least ${minimum}`)
  if (isTelling(exclusiveMinimum)) bounds.push(`of more than ${exclusiveMinimum}`)
  if (isTelling(maximum)) bounds.push(`of at most ${maximum}`)
  if (isTelling(exclusiveMaximum)) bounds.push(`of less than ${exclusiveMaximum}`)
  return [noun, bounds.join(' and ')].filter(Boolean).join(' ')
}

function describe(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return `one of ${schema.enum.join(', ')}`
  switch (schema.type) {
    case 'integer':
      return describeNumber('a whole number', schema)
    case 'number':
      return describeNumber('a number', schema)
    case 'string':
      if (schema.minLength === 1) return 'text that is not empty'
      return schema.minLength ? `text of at least ${schema.minLength} characters` : 'text'
    case 'boolean':
      return 'true or false'
    case 'array':
      return schema.minItems ? `a list of at least ${schema.minItems}` : 'a list'
    case 'object':
      return schema.properties ? `a mapping with ${Object.keys(schema.properties).join(', ')}` : 'a mapping'
    default:
      return 'another value'
  }
}

function describeAll(schemas: readonly JsonSchema[]): string {
  const words = new Set(schemas.map(describe))
  return words.size > 0 ? [...words].join(', or ') : 'another value'
}

/** Of a union, the issues of the alternative that the writer seems to have meant: the one that went deepest. */
function closest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue
  const depthOf = (issues: readonly Issue[]) => Math.max(...issues.map(({ path }) => path.length))
  const [meant] = issue.errors
    .filter(issues => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0))
    .sort((a, b) => depthOf(b) - depthOf(a))
  const inner = meant && foremost(meant)
  return inner ? { ...inner, path: [...issue.path, ...inner.path] } : issue
}

/** The issue to show of several: a key that is not known explains one that is missing. */
export function foremost(issues: readonly Issue[]): Issue | undefined {
  const shown = issues.map(closest)
  return shown.find(({ code }) => code === 'unrecognized_keys') ?? shown[0]
}

/** `trials[0].users` */
function formatPath(path: Path): string {
  return path
    .map((key, depth) => (typeof key === 'number' ? `[${key}]` : `${depth > 0 ? '.' : ''}${String(key)}`))
    .join('')
}

/** zod's own words, as opposed to those of a schema that says better what is wrong. */
const isStock = (message: string) => /^(Invalid |Too (small|big)|Unrecognized )/.test(message)

/** What stands at `path`; undefined where nothing does. */
function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined),
    value,
  )
}

/** Of shorter words each is near to every other. */
const TYPO_LENGTH_MIN = 3

/** The word that one of a choice was probably meant to be. */
function meantWord(given: unknown, schemas: readonly JsonSchema[]): string | undefined {
  const choices = schemas.flatMap(schema => schema.enum ?? (schema.const === undefined ? [] : [schema.const]))
  const words = choices.filter(choice => typeof choice === 'string')
  return typeof given === 'string' && given.length >= TYPO_LENGTH_MIN ? nearest(given, words) : undefined
}

/** One line: the field, what is wrong with it, and what it should be. @param value all that was given */
export function wordIssue(issue: Issue, root: JsonSchema, value: unknown): string {
  const { path } = issue
  const field = formatPath(path)
  const prefix = field === '' ? '' : `${field}: `
  const schemas = schemasAt(root, path)
  if (issue.code === 'unrecognized_keys') {
    const known = schemas.flatMap(({ properties }) => Object.keys(properties ?? {}))
    const [key = ''] = issue.keys
    return `${prefix}unknown key "${key}": ${suggestion(key, [...new Set(known)])}`
  }
  if (!isStock(issue.message)) return `${prefix}${issue.message}`
  const given = valueAt(value, path)
  if (given === undefined) return `${prefix}is missing: give ${describeAll(schemas)}`
  const meant = meantWord(given, schemas)
  return meant === undefined
    ? `${prefix}must be ${describeAll(schemas)}`
    : `${prefix}"${given}" is not known: did you mean "${meant}"?`
}
