/**
 * Writes the tables of README.md and of docs/ and the JSON Schemas from the declarations in the code. `node scripts/docs.ts` rewrites them,
 * `--check` fails when they are not current (part of `npm run check`).
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parse } from 'yaml'
import { claims } from '../src/claims/claims.ts'
import { builtInPlans } from '../src/cli/plan-source.ts'
import { helpOf, runOptions } from '../src/cli/run-options.ts'
import { checkInWords, countInWords, safeModeInWords } from '../src/provider/describe.ts'
import type { Provider } from '../src/provider/provider.ts'
import { providers } from '../src/provider/providers.ts'
import { answerChart } from '../src/report/html/answer-chart.ts'
import { renderHtmlReport } from '../src/report/html/html-report.ts'
import { summaryMarkdown } from '../src/report/summary-markdown.ts'
import { storedRunJsonSchema } from '../src/run-store/stored-run.ts'
import { causes, outcomeMeanings, outcomes } from '../src/sample.ts'
import { faultKindNames, faultKinds, stepFacts, stepNames } from '../src/sink/fault/fault.ts'
import { planJsonSchema } from '../src/trial/plan.ts'
import { faultMatrixPage } from './fault-matrix.ts'
import { outcomesPage } from './outcomes.ts'
import { referenceMaterial, verdictSection } from './reference.ts'

const root = new URL('../', import.meta.url)

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

function plansTable(): string {
  const rows = builtInPlans().map(name => {
    const plan = parse(readFileSync(new URL(`../bench/plans/${name}.yaml`, import.meta.url), 'utf8')) as {
      description: string
    }
    return [`\`${basename(name)}\``, plan.description]
  })
  return table(['plan', 'measures'], rows)
}

function flagsTable(): string {
  const rows = runOptions.map(option => [
    `\`--${option.flag}${option.value === undefined ? '' : ` ${option.value.toUpperCase()}`}\``.replace(
      '|',
      '\\|',
    ),
    `\`${option.field}\``,
    escaped(helpOf(option)),
  ])
  return table(['flag', 'field', 'meaning'], rows)
}

function outcomesTable(): string {
  const rows = outcomes.map(outcome => [`\`${outcome}\``, outcomeMeanings[outcome]])
  const list = causes.map(cause => `\`${cause}\``).join(' ')
  return `${table(['outcome', 'meaning'], rows)}\n\nCauses: ${list}; [outcomes.md](outcomes.md) says what they mean, and which reply comes to which.`
}

function providersTable(): string {
  const list: readonly Provider[] = Object.values(providers)
  const rows = list.map(provider => {
    const { name, title, path, batch, raw, idempotency, safe, check } = provider
    const can = [
      batch ? `batch of ${countInWords(batch.messagesMax)}` : '',
      raw ? 'ready-made MIME' : '',
      idempotency ? 'idempotency key' : '',
    ]
    return [
      `\`${name}\``,
      title === name ? 'our own' : title,
      `\`${path}\``,
      can.filter(text => text !== '').join(', '),
      safeModeInWords(safe.api),
      checkInWords(check),
    ]
  })
  return table(['name', 'provider', 'POST', 'besides', 'safe mode', 'checked by'], rows)
}

function eventsTable(): string {
  const list: readonly Provider[] = Object.values(providers)
  const rows = list.flatMap(({ name, events }) => {
    if (!events) return []
    const { field, names, joinKey, signed = 'none' } = events
    return [[`\`${name}\``, `\`${field}\``, names.join(', '), joinKey, signed]]
  })
  return table(['name', 'field', 'says', 'joined by: its = ours', 'signature'], rows)
}

/** The whole file, so that what is shown is what is tested. */
function exampleProvider(): string {
  const source = readFileSync(new URL('../src/provider/acme.fixture.ts', import.meta.url), 'utf8')
  return `\`\`\`ts\n${source.trimEnd()}\n\`\`\``
}

/** The answers on record that the example needs. */
function exampleReplies(): string {
  const replies = readFileSync(new URL('../fixtures/providers/acme/replies.json', import.meta.url), 'utf8')
  return `\`\`\`json\n${replies.trimEnd()}\n\`\`\``
}

function stepsTable(): string {
  const rows = stepNames.map(step => {
    const { smtp = '', http = '', isReplied } = stepFacts(step)
    return [`\`${step}\``, smtp, http, isReplied ? 'yes' : '']
  })
  return table(['step', 'SMTP', 'HTTP', 'has a reply'], rows)
}

const places = {
  anywhere: 'any step, and after bytes',
  spoken: 'any step but `connect` and `tls`',
  replied: 'steps that have a reply',
} as const

function kindsTable(): string {
  const rows = faultKindNames.map(kind => {
    const { meaning, where } = faultKinds[kind]
    return [`\`${kind}\``, meaning, where in places ? places[where as keyof typeof places] : `\`${where}\``]
  })
  return table(['do', 'what happens', 'where'], rows)
}

type Sections = Readonly<Record<string, () => string>>

const providerSections: Sections = {
  providers: providersTable,
  events: eventsTable,
  'example provider': exampleProvider,
  'example replies': exampleReplies,
}

function claimsTable(): string {
  return table(
    ['', 'claim', 'how it is settled'],
    claims.map(({ id, text, rule }) => [id, text, rule]),
  )
}

const claimSections: Sections = { claims: claimsTable }

const faultSections: Sections = { steps: stepsTable, kinds: kindsTable }

function withSections(file: string, sections: Sections): string {
  const text = readFileSync(new URL(file, root), 'utf8')
  return Object.entries(sections).reduce((result, [name, make]) => {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`]
    const [before, after] = [result.indexOf(begin), result.indexOf(end)]
    if (before < 0 || after < before) throw new Error(`${file} has no section "${name}"`)
    return `${result.slice(0, before + begin.length)}\n\n${make()}\n\n${result.slice(after)}`
  }, text)
}

const reference = await referenceMaterial()
if (reference.answer.kind !== 'messages')
  throw new Error('results/reference answers nothing of single messages')

/** What each generated file should hold. */
const generated: readonly { file: string; wanted: string }[] = [
  {
    file: 'README.md',
    wanted: withSections('README.md', { verdict: () => verdictSection(reference), plans: plansTable }),
  },
  { file: 'docs/claims.md', wanted: withSections('docs/claims.md', claimSections) },
  { file: 'docs/faults.md', wanted: withSections('docs/faults.md', faultSections) },
  { file: 'docs/fault-matrix.md', wanted: faultMatrixPage() },
  { file: 'docs/outcomes.md', wanted: outcomesPage() },
  { file: 'docs/plans.md', wanted: withSections('docs/plans.md', { flags: flagsTable }) },
  { file: 'docs/providers.md', wanted: withSections('docs/providers.md', providerSections) },
  { file: 'docs/results.md', wanted: withSections('docs/results.md', { outcomes: outcomesTable }) },
  { file: 'results/reference/answer.svg', wanted: answerChart(reference.answer) },
  { file: 'results/reference/report.html', wanted: renderHtmlReport(reference) },
  { file: 'results/reference/summary.md', wanted: summaryMarkdown.render(reference) },
  { file: 'schema/plan.schema.json', wanted: `${JSON.stringify(planJsonSchema(), null, 2)}\n` },
  { file: 'schema/run.schema.json', wanted: `${JSON.stringify(storedRunJsonSchema(), null, 2)}\n` },
]

/** Of a page that opens at once. */
const PAGE_BYTES_MAX = 2e6

for (const { file, wanted } of generated) {
  if (file.endsWith('.html') && Buffer.byteLength(wanted) >= PAGE_BYTES_MAX) {
    console.error(`${file} has ${Buffer.byteLength(wanted)} bytes: it should stay under ${PAGE_BYTES_MAX}`)
    process.exitCode = 1
  }
  const url = new URL(file, root)
  if (!process.argv.includes('--check')) {
    mkdirSync(new URL('.', url), { recursive: true })
    writeFileSync(url, wanted)
  } else if (!existsSync(url) || readFileSync(url, 'utf8') !== wanted) {
    console.error(`${file} is not current: run \`npm run docs\``)
    process.exitCode = 1
  }
}
