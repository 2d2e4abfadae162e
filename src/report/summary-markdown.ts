import type { Answer, FirstAnswer } from '../claims/answer.ts'
import type { JobAnswer } from '../claims/answer-job.ts'
import type { Figure, Judged } from '../claims/claim.ts'
import { percent, short, signed } from '../figure-text.ts'
import { answerSections } from './answer-sections.ts'
import { jobCaption, jobTable } from './job-table.ts'
import { judgeName } from './judge-name.ts'
import { code, markdownTable, OPENING_MAX, prose } from './markdown-text.ts'
import { type Material, namedLabels, type Report } from './material.ts'

/** A step summary takes 1 MiB; a comment on GitHub 65,536 characters. */
const ROWS_MAX = 100

const sooner = { smtp: 'SMTP', http: 'API', same: 'neither', unknown: '?' } as const

function jobLines(answer: JobAnswer): string[] {
  const { heads, rows } = jobTable(answer, prose)
  return [...markdownTable(heads, rows.slice(0, ROWS_MAX)), '', prose(jobCaption(answer)), '']
}

function messageLines({ contests, setting }: Answer): string[] {
  const rows = contests.slice(0, ROWS_MAX).map(({ comparison, where, parts }) => {
    const { smtp, http, ratio } = comparison
    const bounds = ratio?.interval ? ` (${short(ratio.interval.low)} to ${short(ratio.interval.high)})` : ''
    return [
      prose(where || 'here'),
      short(smtp.latency_p50_ms),
      short(http.latency_p50_ms),
      ratio ? `${short(ratio.value)}${bounds}` : '',
      sooner[comparison.sooner],
      signed(parts?.setupMs ?? null),
      signed(parts?.messageMs ?? null),
      signed(parts?.rest?.ms ?? null),
      signed(parts?.library?.ms ?? null),
    ]
  })
  return [
    ...markdownTable(
      ['p50, ms', 'SMTP', 'API', 'SMTP / API', 'sooner', 'set-up', 'round trips', 'rest', 'of it library'],
      rows,
    ),
    '',
    prose(
      `Median latency; ${setting}. The difference, SMTP - API, is round trips of set-up and of the message, and the rest (client library, server, encryption). What cannot be told from 0 is left out (-).`,
    ),
    '',
  ]
}

function answerLines(answer: FirstAnswer): string[] {
  return [
    `**${prose(answer.summary, OPENING_MAX)}**`,
    '',
    ...(answer.kind === 'messages' ? messageLines(answer) : answer.kind === 'job' ? jobLines(answer) : []),
    ...answerSections(answer).flatMap(({ title, sentences }) => [
      `**${title}:** ${sentences.map(each => prose(each, OPENING_MAX)).join(' ')}`,
      '',
    ]),
  ]
}

function figureText(figure: Figure | null): string {
  if (!figure) return ''
  const { name, value, unit, interval } = figure
  const bounds = interval ? ` (${short(interval.low)} to ${short(interval.high)})` : ''
  return `${name}: ${unit === 'round trips' || unit === 'messages' ? value : short(value)}${bounds} ${unit}`
}

const claimRow = ({ id, text, verdict, figure, finding, flips }: Judged, judge: string) => [
  prose(`${id} ${text}${judge}`),
  verdict === 'not measured here' ? verdict : `**${verdict}**`,
  prose(figureText(figure)),
  prose(verdict === 'not measured here' ? `${finding} Measured by: ${flips}.` : finding),
]

function labelLines(material: Material): string[] {
  const labels = namedLabels(material)
  // In no failure rate: they were never sent.
  const dropped = labels.some(({ row }) => row.dropped > 0)
  const rows = labels
    .slice(0, ROWS_MAX)
    .map(({ name, row }) => [
      `${code(name)}${row.valid ? '' : ' **invalid**'}`,
      row.attempted.toLocaleString('en-US'),
      short(row.latency_p50_ms),
      short(row.latency_p99_ms),
      short(row.throughput_per_s),
      percent(row.failure_rate),
      String(row.in_doubt),
      ...(dropped ? [row.dropped.toLocaleString('en-US')] : []),
    ])
  const more = labels.length - rows.length
  return [
    '<details><summary>Every label</summary>',
    '',
    ...markdownTable(
      ['label', 'n', 'p50 ms', 'p99 ms', 'msg/s', 'failed', 'in doubt', ...(dropped ? ['dropped'] : [])],
      rows,
    ),
    ...(more > 0 ? ['', `and ${more} more in labels.csv`] : []),
    '',
    '</details>',
  ]
}

function thresholdLines({ runs }: Material): string[] {
  const all = runs.flatMap(({ thresholds }) => thresholds)
  if (all.length === 0) return []
  const failed = all.filter(({ ok }) => !ok)
  const lines = all
    .filter(({ ok, nearest }) => !ok || nearest)
    .slice(0, ROWS_MAX)
    .map(({ threshold, label, ok, found }) => {
      const who = label === null ? '' : `${code(label)} has `
      return `- ${ok ? '' : '**failed** '}${code(threshold)}: ${ok ? 'nearest, ' : ''}${who}${prose(found)}`
    })
  return [`**Thresholds:** ${all.length - failed.length} of ${all.length} hold.`, ...lines, '']
}

function runLines({ runs }: Material): string[] {
  return runs.map(({ run: { run_id, state, command, environment, checks } }) => {
    const invalid = checks.filter(({ ok, invalidates }) => !ok && invalidates).length
    const noted = new Set(checks.flatMap(({ ok, invalidates, check }) => (ok || invalidates ? [] : [check])))
    const machine = ['mailbench', 'node', 'cpu', 'cpus']
      .flatMap(name => (name in environment ? [`${name} ${String(environment[name])}`] : []))
      .join(', ')
    const states = `${state}, ${invalid === 0 ? 'all self-checks of validity hold' : `${invalid} self-checks failed`}${noted.size > 0 ? `, noted: ${[...noted].join(', ')}` : ''}`
    return `- ${code(run_id)}: ${states}; ${prose(machine)}; again: ${code(command)}`
  })
}

/** For a pull request or a step summary: the answer, the claims, the labels, and what repeats it. */
export const summaryMarkdown: Report = {
  file: 'summary.md',
  render: material => {
    const judgeOf = judgeName(material)
    return [
      '## SMTP or API?',
      '',
      ...answerLines(material.answer),
      '### Claims',
      '',
      ...markdownTable(
        ['claim', 'verdict', 'figure', 'what was found'],
        material.claims.map(judged => claimRow(judged, judgeOf(judged))),
        4,
      ),
      '',
      ...thresholdLines(material),
      ...labelLines(material),
      '',
      ...runLines(material),
      '',
    ].join('\n')
  },
}
