import type { Material, Report, ReportedRun } from './material.ts'
import { xmlText } from './xml-text.ts'

const TEXT_MAX = 1000

/** One test case: what must hold, and why it does not. */
interface Case {
  readonly name: string
  readonly failure: string | undefined
}

interface Suite {
  readonly name: string
  readonly timestamp: string
  readonly cases: readonly Case[]
}

const attributes = (values: Readonly<Record<string, string | number>>) =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlText(String(value), TEXT_MAX)}"`)
    .join('')

const failuresIn = (cases: readonly Case[]) => cases.filter(({ failure }) => failure !== undefined).length

function caseLines(suite: string, { name, failure }: Case): string[] {
  const open = `    <testcase${attributes({ classname: `mailbench.${suite}`, name })}`
  if (failure === undefined) return [`${open}/>`]
  return [`${open}>`, `      <failure${attributes({ message: failure, type: suite })}/>`, '    </testcase>']
}

function suiteLines({ name, timestamp, cases }: Suite): string[] {
  const counts = { tests: cases.length, failures: failuresIn(cases), errors: 0, skipped: 0 }
  return [
    `  <testsuite${attributes({ name, ...counts, timestamp })}>`,
    ...cases.flatMap(each => caseLines(name, each)),
    '  </testsuite>',
  ]
}

/** Thresholds, then whether each label is one to be believed; a run without thresholds has no suite of them. */
function suitesOf({ run, thresholds }: ReportedRun, prefix: string): Suite[] {
  const timestamp = run.started_at.slice(0, 19) // without fraction and zone, as the schema has it
  const judged = thresholds.map(({ threshold, label, found, ok }) => ({
    name: label === null ? threshold : `${threshold}: ${label}`,
    failure: ok ? undefined : found,
  }))
  const labels = run.labels.map(({ label, valid, invalid_because, accepted, auth }) => ({
    name: label,
    failure: !valid
      ? (invalid_because ?? 'no reason given')
      : accepted === 0 && auth !== 'wrong'
        ? 'no message was accepted'
        : undefined,
  }))
  return [
    ...(judged.length > 0 ? [{ name: `${prefix}thresholds`, timestamp, cases: judged }] : []),
    { name: `${prefix}validity`, timestamp, cases: labels },
  ]
}

/**
 * JUnit XML as CI servers read it: the elements and attributes that Jenkins' schema (junit-10.xsd) and those of
 * others have in common.
 */
export const junitXml: Report = {
  file: 'junit.xml',
  render({ runs }: Material) {
    const suites = runs.flatMap(each => suitesOf(each, runs.length === 1 ? '' : `${each.run.run_id} `))
    const cases = suites.flatMap(suite => suite.cases)
    const counts = { tests: cases.length, failures: failuresIn(cases), errors: 0 }
    return [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<testsuites${attributes({ name: 'mailbench', ...counts })}>`,
      ...suites.flatMap(suiteLines),
      '</testsuites>',
      '',
    ].join('\n')
  },
}
