import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { causes, type Verdict } from '../sample.ts'
import type { RecordedReply } from './contract.ts'
import type { Provider } from './provider.ts'

/** What a server may put where a text or a number belongs; the names are of members that every object has. */
const surprises: readonly unknown[] = [null, true, 7, -1, 1e300, '', 'constructor', '__proto__', [], {}, [{}]]

/**
 * The value with each of its leaves, one at a time, replaced by each surprise.
 * @param isInner whether objects and lists are replaced as well
 */
export function* disturbed(value: unknown, isInner = false): Generator<unknown> {
  const isLeaf = typeof value !== 'object' || value === null
  if (isLeaf || isInner) yield* surprises
  if (isLeaf) return
  for (const [name, inner] of Object.entries(value)) {
    for (const other of disturbed(inner, isInner)) {
      const copy: unknown = Array.isArray(value) ? [...value] : { ...value }
      Object.defineProperty(copy, name, { value: other, enumerable: true })
      yield copy
    }
  }
}

const isText = (value: unknown) => value === undefined || typeof value === 'string'
const isCount = (value: unknown) => value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0)

function expectSound(verdict: Verdict, body: string): void {
  const { outcome, cause, text, enhancedCode, recipientsRefused, retryAfterNs } = verdict
  expect(['accepted', 'deferred', 'rejected', 'in_doubt'], body).toContain(outcome)
  expect([undefined, ...causes], body).toContain(cause)
  expect([isText(text), isText(enhancedCode)], body).toEqual([true, true])
  expect([isCount(recipientsRefused), isCount(retryAfterNs)], body).toEqual([true, true])
}

/** A server's text is hostile: whatever it answers becomes a verdict that holds what a verdict holds. */
export function testHostileAnswers(provider: Provider): void {
  it('makes a sound verdict of any answer', async () => {
    const file = new URL(`../../fixtures/providers/${provider.name}/replies.json`, import.meta.url)
    const replies: RecordedReply[] = JSON.parse(await readFile(file, 'utf8'))
    for (const { status, headers = {}, body } of replies) {
      for (const other of disturbed(body)) {
        const text = JSON.stringify(other)
        const response = { status, headers, body: text }
        expectSound(provider.verdict(response), text)
        for (const each of provider.batch?.verdicts(response, 2) ?? []) expectSound(each, text)
      }
    }
  })
}
