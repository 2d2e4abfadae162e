import { CommanderError } from 'commander'
import { expect, it } from 'vitest'
import { UsageError } from '../errors.ts'
import { errorLine } from './error-line.ts'

it.each([
  ['a mistake in one line', new UsageError('--users: give one'), 'mailbench: --users: give one'],
  [
    'what a file says in several, without what moves the cursor',
    new UsageError('plan.yaml:1: unknown key "a\r\nb\u001b[2J\u202e": take it out'),
    'mailbench: plan.yaml:1: unknown key "a b [2J ": take it out',
  ],
  [
    "the parser's words like ours",
    new CommanderError(
      1,
      'commander.unknownOption',
      "error: unknown option '--user'\n(Did you mean --users?)",
    ),
    "mailbench: unknown option '--user' (Did you mean --users?)",
  ],
  [
    'the choice that was probably meant',
    new CommanderError(
      1,
      'commander.invalidArgument',
      "error: option '--provider <name>' argument 'sendgird' is invalid. Allowed choices are generic, sendgrid, ses.",
    ),
    "mailbench: option '--provider <name>' argument 'sendgird' is not known: did you mean \"sendgrid\"?",
  ],
  [
    'all choices where none is like what was given',
    new CommanderError(
      1,
      'commander.invalidArgument',
      "error: option '--format <name>' argument 'xml' is invalid. Allowed choices are jtl, csv.",
    ),
    "mailbench: option '--format <name>' argument 'xml' is invalid. Allowed choices are jtl, csv.",
  ],
])('shows %s', (_what, error, line) => {
  expect(errorLine(error)).toBe(line)
})

it('shows no more than a page of what a file says', () => {
  expect(errorLine(new UsageError('x'.repeat(1e6)))?.length).toBeLessThan(2100)
})

it('has no line for a bug, which keeps its stack', () => {
  expect(errorLine(new Error('a bug'))).toBeUndefined()
})
