/** Loaded by vitest before each file of tests. */
import { afterAll, expect } from 'vitest'
import { type Escape, guardLoopback } from './guard.ts'

export const escapes: Escape[] = []

guardLoopback(error => escapes.push(error))
afterAll(() => expect(escapes.map(({ message }) => message)).toEqual([]))
