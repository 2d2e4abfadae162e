import { createHash } from 'node:crypto'
import type { Material, Report } from '../material.ts'
import { answerMarkup } from './answer.ts'
import { claimsMarkup } from './claims-table.ts'
import { createDraw, type Draw } from './figure.ts'
import { type Content, html, type Markup, trusted } from './markup.ts'
import { pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'
import type { Section } from './section.ts'
import { capacitySection } from './sections/capacity.ts'
import { checksSection } from './sections/checks.ts'
import { distanceSection } from './sections/distance.ts'
import { failuresSection } from './sections/failures.ts'
import { latencySection } from './sections/latency.ts'
import { mergesSection } from './sections/merges.ts'
import { originSection } from './sections/origin.ts'
import { overTimeSection } from './sections/over-time.ts'
import { targetsSection } from './sections/targets.ts'
import { whereTimeGoesSection } from './sections/where-time-goes.ts'

/** In the order in which a reader asks. */
const sections: readonly Section[] = [
  latencySection,
  whereTimeGoesSection,
  distanceSection,
  failuresSection,
  overTimeSection,
  capacitySection,
  mergesSection,
  targetsSection,
  checksSection,
  originSection,
]

/** A heading, and what belongs to it. */
interface Part {
  readonly id: string
  readonly title: string
  readonly body: Content
}

/** A section of every run that has data for it; undefined where none has. */
function partOf({ id, title, lead, render }: Section, { runs }: Material, draw: Draw): Part | undefined {
  const found = runs.flatMap(run => {
    const body = render(run, draw)
    if (!body) return []
    return [runs.length > 1 ? html`<h3>${run.run.run_id}</h3>${body}` : body]
  })
  return found.length === 0 ? undefined : { id, title, body: html`<p class="lead">${lead}</p>${found}` }
}

/** What is left out, and which plan would show it: a line each. */
function missingPart(left: readonly Section[]): Part[] {
  if (left.length === 0) return []
  const lines = left.map(({ title, lacking }) => html`<li><strong>${title}:</strong> ${lacking}</li>`)
  return [{ id: 'missing', title: 'Not in this report', body: html`<ul class="lacking">${lines}</ul>` }]
}

const partMarkup = ({ id, title, body }: Part) =>
  html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${body}
</section>
`

/** Nothing may be fetched, and no script may run but the page's own, whatever a server has said. */
function policy(): Markup {
  const own = createHash('sha256').update(pageScript).digest('base64')
  const directives = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${own}'; base-uri 'none'; form-action 'none'`
  return html`<meta http-equiv="Content-Security-Policy" content="${trusted(directives)}">`
}

function runLine({ runs }: Material): Markup {
  const lines = runs.map(({ run }) => {
    const { run_id, name, started_at, state, environment } = run
    const version =
      typeof environment['mailbench'] === 'string' ? `mailbench ${environment['mailbench']}` : 'mailbench'
    const broken =
      state === 'complete'
        ? ''
        : `, ${state === 'running' ? 'crashed' : state}: complete up to its last trial`
    return html`<p class="run">Plan ${name}, run ${run_id}, ${started_at.slice(0, 16).replace('T', ' ')} UTC, ${version}${broken}</p>`
  })
  return html`${lines}`
}

/** The whole page, one file: the same runs give the same bytes. */
export function renderHtmlReport(material: Material): string {
  const draw = createDraw(material.runs.length)
  // First, since figures are numbered as they are drawn.
  const answer = answerMarkup(material.answer, draw)
  const made = sections.map(section => ({ section, part: partOf(section, material, draw) }))
  const parts: Part[] = [
    { id: 'answer', title: 'The answer', body: answer },
    {
      id: 'claims',
      title: 'What people say, and how it comes out',
      body: claimsMarkup(material),
    },
    ...made.flatMap(({ part }) => part ?? []),
    ...missingPart(made.flatMap(({ section, part }) => (part ? [] : [section]))),
  ]
  const title = `SMTP or API? ${material.runs.map(({ run }) => run.name).join(', ')}`
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${policy()}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#answer">To the answer</a>
<header>
<h1>SMTP or API?</h1>
${runLine(material)}
<nav aria-label="Contents"><ul>${parts.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main>
${parts.map(partMarkup)}</main>
<footer><p>Made by mailbench from stored runs; every figure is in the run directory’s CSV files and run.json as well.</p><p class="paper">On paper the tables behind the charts are left out: open the page, or these files.</p></footer>
<script>${trusted(pageScript)}</script>
</body>
</html>
`
  return draw.whole(page)
}

/** For people: one file that needs no network, readable without scripts. */
export const htmlReport: Report = { file: 'report.html', render: renderHtmlReport }
