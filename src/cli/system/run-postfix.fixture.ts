import { type Started, startMailbench } from './mailbench.fixture.ts'
import type { Postfix } from './postfix.fixture.ts'

/** Scheme, service and password of a URL that leads to Postfix, where they are not the usual ones. */
interface UrlOptions {
  readonly scheme?: 'smtp' | 'smtps'
  /** null: no credentials. */
  readonly password?: string | null
}

export function urlOf(postfix: Postfix, { scheme = 'smtp', password }: UrlOptions = {}): string {
  const port = scheme === 'smtps' ? postfix.smtpsPort : postfix.submissionPort
  const credentials = password === null ? '' : `${postfix.user}:${password ?? postfix.password}@`
  return `${scheme}://${credentials}127.0.0.1:${port}`
}

/** `mailbench run` against Postfix, keeping every submission, and sending nothing beside. */
export function startRun(postfix: Postfix, ...args: string[]): Started {
  return startMailbench(
    'run',
    ...args,
    '--skip-anatomy',
    '--samples',
    '--json',
    '--quiet',
    '--out',
    postfix.runsDir,
  )
}
