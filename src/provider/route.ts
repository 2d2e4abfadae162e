import type { z } from 'zod'
import type { Cause, Verdict } from '../sample.ts'
import type { Keys } from './key.ts'
import type { HttpRequest, HttpResponse, Received, ReceivedMessage, Route, Taken } from './provider.ts'

/** What the mock finds wrong by itself. @param enhancedCode the provider's own word for it */
export function rejection(code: number, cause: Cause, text: string, enhancedCode?: string): Verdict {
  return { outcome: 'rejected', cause, code, text, ...(enhancedCode !== undefined && { enhancedCode }) }
}

const refused = (verdict: Verdict): Received => ({ kind: 'refused', verdict })

/**
 * Checks the key of a request; undefined when it is good.
 * @param value of the body, for those that have the key there; undefined when it is no JSON
 */
export type Doorkeeper = (request: HttpRequest, keys: Keys, value: unknown) => Verdict | undefined

/** The first thing that is wrong with a body. */
export interface Flaw {
  /** Where, as in `personalizations.0.to`; empty for the body itself. */
  readonly field: string
  readonly message: string
}

/** What is wrong with a field that the schema has no words of its own for. */
export interface TypeFlaw {
  readonly field: string
  /** A type of JSON, or one of the words that it may be. */
  readonly expected: string
  readonly isMissing: boolean
  readonly input: unknown
}

/** The provider's usual words for a field of another type than it should be: those of a library are nobody's. */
export type TypeWords = (flaw: TypeFlaw) => string

const plainly: TypeWords = ({ isMissing, expected }) => (isMissing ? 'is missing' : `is no ${expected}`)

/** Words what is wrong with a body as the provider does; without a flaw it is no JSON at all. */
export type Critic = (flaw: Flaw | undefined) => Verdict

export interface JsonCall<T> {
  readonly path: string
  readonly bytesMax?: number
  readonly strangerOf: Doorkeeper
  /** What the provider checks, with its own words where it has some. */
  readonly schema: z.ZodType<T>
  /** @default "is missing", "is no string" */
  readonly typeWords?: TypeWords
  readonly criticise: Critic
  /** Understands a body that is well formed, or finds a reason against it that no schema can say. */
  take(value: T, request: HttpRequest): Omit<Taken, 'kind'> | { readonly refusal: Verdict }
  readonly accept: Route['accept']
  readonly refuse: Route['refuse']
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

type Checked<T> = { readonly value: T } | { readonly flaw: Flaw }

/** What an issue of the library says that the schema says nothing of. */
function typeFlawOf({ code, path = [], input, ...issue }: z.core.$ZodRawIssue): TypeFlaw {
  const expected =
    code === 'invalid_type' ? String(issue['expected']) : code === 'too_small' ? 'full list' : 'valid value'
  const named = expected === 'record' ? 'object' : expected
  return { field: path.join('.'), expected: named, isMissing: input === undefined, input }
}

/** @param typeWords for what the schema has no words of its own */
export function checked<T>(value: unknown, schema: z.ZodType<T>, typeWords: TypeWords = plainly): Checked<T> {
  const result = schema.safeParse(value, { error: issue => typeWords(typeFlawOf(issue)) })
  if (result.success) return { value: result.data }
  const [issue] = result.error.issues
  return { flaw: { field: issue?.path.join('.') ?? '', message: issue?.message ?? 'Invalid' } }
}

/** A call whose body is JSON: its key is checked first, then the body, as far as the schema goes. */
export function jsonRoute<T>(call: JsonCall<T>): Route {
  const { path, bytesMax, strangerOf, schema, typeWords, criticise, take, accept, refuse } = call
  return {
    method: 'POST',
    path,
    ...(bytesMax !== undefined && { bytesMax }),
    receive(request, keys) {
      const json = jsonIn(request.body)
      const stranger = strangerOf(request, keys, json)
      if (stranger) return refused(stranger)
      if (json === undefined) return refused(criticise(undefined))
      const result = checked(json, schema, typeWords)
      if ('flaw' in result) return refused(criticise(result.flaw))
      const taken = take(result.value, request)
      return 'refusal' in taken ? refused(taken.refusal) : { kind: 'taken', ...taken }
    },
    accept,
    refuse,
  }
}

/** The messages of a list of which the bad ones are refused and the others taken. */
export function receiveEach<T>(
  items: readonly unknown[],
  schema: z.ZodType<T>,
  criticise: Critic,
  received: (message: T) => ReceivedMessage,
  typeWords?: TypeWords,
): ReceivedMessage[] {
  return items.map(item => {
    const result = checked(item, schema, typeWords)
    if ('value' in result) return received(result.value)
    const content = () => Buffer.from(JSON.stringify(item))
    return { id: undefined, recipients: [], refusal: criticise(result.flaw), content }
  })
}

/** The route of `Provider.account`: it asks for the key, and for nothing else. */
export function accountRoute(
  path: string,
  strangerOf: Doorkeeper,
  answer: HttpResponse,
  refuse: Route['refuse'],
): Route {
  return {
    method: 'GET',
    path,
    receive(request, keys) {
      const stranger = strangerOf(request, keys, undefined)
      return stranger ? refused(stranger) : { kind: 'taken', messages: [] }
    },
    accept: () => answer,
    refuse,
  }
}
