import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { OPENING_MAX, prose } from '../src/report/markdown-text.ts'
import { type Material, readMaterial } from '../src/report/material.ts'

const folder = new URL('../results/reference/', import.meta.url)

/** The stored runs that README.md shows, each in a folder of its own; one that has a run.json. */
export async function referenceMaterial(): Promise<Material> {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => name)
    .sort((a, b) => Number(b === 'headline') - Number(a === 'headline') || a.localeCompare(b))
  return readMaterial(
    names.map(name => fileURLToPath(new URL(name, folder))),
    () => [],
  )
}

/** What README.md opens with: the answer, its chart, and what becomes of each claim. */
export function verdictSection({ answer, claims, runs }: Material): string {
  if (answer.kind !== 'messages') throw new Error('the reference run answers nothing of single messages')
  const rows = claims.map(({ id, text, verdict, finding }) => {
    const isMeasured = verdict !== 'not measured here'
    return `| ${id} | ${prose(text)} | ${isMeasured ? `**${verdict}**` : verdict} | ${prose(isMeasured ? finding : '')} |`
  })
  const [first] = runs
  return [
    `**${prose(answer.summary, OPENING_MAX)}**`,
    '',
    '![Median latency over SMTP and over an API, by connection and round-trip time](results/reference/answer.svg)',
    '',
    `Measured: ${prose(answer.setting)}. All figures: [results/reference/summary.md](results/reference/summary.md), and with charts [report.html](results/reference/report.html), to download; by`,
    `${runs.map(({ run }) => `\`npm run bench -- ${run.name}\``).join(', ')} on ${String(first?.run.environment['cpu'])}, ${String(first?.run.environment['cpus'])} cores.`,
    '',
    '| | people say | it | what was found |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}
