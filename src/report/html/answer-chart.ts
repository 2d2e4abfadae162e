import type { Answer } from '../../claims/answer.ts'
import { answerFigure } from './answer.ts'
import { sizeOf } from './chart/chart.ts'
import { svgOf } from './chart/svg.ts'
import { paintStyle } from './page-style.ts'

const WIDTH = 560
/** Of the line above the chart that says which side is which. */
const LEGEND_HEIGHT = 26

/** Chart and colours, of which a page brings the latter: by itself an image must have them. */
export function answerChart(answer: Answer): string {
  const { title, alternative, chart } = answerFigure(answer)
  const size = sizeOf(chart, WIDTH)
  const drawing = svgOf(chart, size, 1, `${title}. ${alternative}`).text.replaceAll(
    / data-(?:marks|starts)='[^']*'/g,
    '',
  )
  const height = size.height + LEGEND_HEIGHT
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">
<style>${paintStyle}text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}</style>
<rect width="100%" height="100%" fill="var(--page)"/>
<g fill="var(--ink)"><circle cx="20" cy="14" r="4" fill="var(--a)"/><text x="30" y="18">SMTP</text>
<path d="M80 9l5 5-5 5-5-5z" fill="var(--b)"/><text x="90" y="18">API</text></g>
<svg y="${LEGEND_HEIGHT}" width="${WIDTH}" height="${size.height}">
${drawing}</svg>
</svg>
`
}
