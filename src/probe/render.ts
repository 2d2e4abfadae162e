import { NS_PER_MS } from '../clock.ts'
import { plainText } from '../run-store/text.ts'
import type { Line } from './flow.ts'
import type { Probed } from './probe.ts'

/** In the style of swaks: who speaks, and whether under TLS. */
function markOf({ kind, isEncrypted }: Line): string {
  if (kind === 'note') return '***'
  if (kind === 'sent') return isEncrypted ? ' ~>' : ' ->'
  return isEncrypted ? '<~ ' : '<- '
}

const ms = (spanNs: number) => (spanNs / NS_PER_MS).toFixed(2)
const MS_WIDTH = 9

const row = (cells: readonly string[]) =>
  `${cells[0]?.padEnd(13)}${cells
    .slice(1)
    .map(cell => cell.padStart(MS_WIDTH))
    .join('')}`

function outcomeLine({ reply, hint }: Probed): string {
  const { outcome, phase, cause, code, enhancedCode, text } = reply
  const codes = [code, enhancedCode].filter(part => part !== undefined).join(' ')
  if (outcome === 'accepted') return ['accepted', codes].filter(Boolean).join(': ')
  const why = [cause, codes].filter(Boolean).join(', ')
  const said = text === undefined ? '' : `: ${plainText(text, 300)}`
  return `${outcome} in ${phase ?? '?'} (${why})${said}${hint === undefined ? '' : `; ${hint}`}`
}

/** All that a probe found, for a terminal: what the server said is shown without its control characters. */
export function renderProbe(probed: Probed): string {
  const { startNs, endNs, lines, phases, roundTrips, bytesUp, bytesDown, capabilities, fallbacks } = probed
  const count = (bytes: number) => bytes.toLocaleString('en-US')
  return [
    ...lines.map(line =>
      `${ms(line.atNs - startNs).padStart(MS_WIDTH)}  ${markOf(line)} ${plainText(line.text)}`.trimEnd(),
    ),
    '',
    row(['phase', 'ms', 'trips']),
    ...phases.map(({ phase, spanNs, roundTrips: trips }) => row([phase, ms(spanNs), String(trips)])),
    row(['total', ms(endNs - startNs), String(roundTrips)]),
    '',
    `${row(['bytes'])}${count(bytesUp)} up, ${count(bytesDown)} down, on the wire`,
    ...capabilities.map(({ name, value }) => row([name]) + plainText(value)),
    ...fallbacks.map(reason => row(['note']) + plainText(reason)),
    '',
    outcomeLine(probed),
  ].join('\n')
}
