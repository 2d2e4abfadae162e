import type { createColors } from 'picocolors'
import { type Nanoseconds, NS_PER_MS } from '../clock.ts'
import { NONE, short } from '../figure-text.ts'
import { plainText } from '../run-store/text.ts'
import type { Tails } from './live-trial.ts'
import { sparkline } from './sparkline.ts'
import { formatLeft } from './time-left.ts'

/** All that a frame shows. */
export interface LiveView {
  /** What is being done: a round of so many, or what stands before the rounds. */
  readonly stage: string
  readonly trial: number
  readonly trials: number
  readonly leftNs: Nanoseconds
  readonly label: string
  /** Why the label's figures do not count; empty when they do. */
  readonly note: string
  /** Of the trial, from 0 to 1. */
  readonly part: number
  readonly ended: number
  /** undefined: the trial lasts for a time, not for a number of messages. */
  readonly messages: number | undefined
  readonly rateHz: number
  readonly p50Ns: Nanoseconds | undefined
  readonly p99Ns: Nanoseconds | undefined
  readonly failed: number
  /** Credentials that are wrong on purpose: no failure. */
  readonly refusedAsPlanned: number
  readonly inDoubt: number
  /** Of all trials that count, this one among them. */
  readonly failedInAll: number
  readonly inDoubtInAll: number
  /** Of the label's earlier trials. */
  readonly byRound: Tails
  readonly bySecond: Tails
}

type Colors = ReturnType<typeof createColors>

/** A stretch of a line in one colour. */
type Part = string | readonly [text: string, paint: (text: string) => string]

const WIDE = 100
/** More rounds than this are a line of their own in `history`, not here. */
const ROUNDS_SHOWN_MAX = 20

const bar = (part: number, columns: number) => {
  const length = columns < WIDE ? 16 : 24
  const filled = Math.round(part * length)
  return `[${'#'.repeat(filled)}${'.'.repeat(length - filled)}]`
}

const figure = (spanNs: Nanoseconds) => short(spanNs / NS_PER_MS)
const ms = (spanNs: Nanoseconds | undefined) => (spanNs === undefined ? NONE : `${figure(spanNs)} ms`)
const count = (value: number) => value.toLocaleString('en-US')

/** One line that is not longer than the terminal is wide, each part of it painted after it was cut. */
function line(parts: readonly Part[], columns: number): string {
  let room = columns
  return parts
    .map(part => {
      const [text, paint] = typeof part === 'string' ? [part, String] : part
      const shown = text.length <= room ? text : room > 0 ? `${text.slice(0, room - 1)}…` : ''
      room -= shown.length
      return shown === '' ? '' : paint(shown)
    })
    .join('')
}

/** The p99 of the label's rounds and of the trial's seconds, on one scale; the p50 where there are too few for that. */
function trendOf({ byRound, bySecond }: LiveView, room: number): string {
  const has99 = [...byRound.p99Ns, ...bySecond.p99Ns].some(value => value !== null)
  const [name, series] = has99 ? (['p99', 'p99Ns'] as const) : (['p50', 'p50Ns'] as const)
  const rounds = byRound[series].slice(-ROUNDS_SHOWN_MAX)
  const scaleOf = (values: readonly (Nanoseconds | null)[]) => {
    const known = values.filter(value => value !== null)
    return known.length === 0 ? '' : `  ${figure(Math.min(...known))}-${figure(Math.max(...known))} ms`
  }
  const textOf = (seconds: readonly (Nanoseconds | null)[]) => {
    const all = [...rounds, ...seconds]
    const drawn = (what: string, values: readonly (Nanoseconds | null)[]) =>
      values.some(value => value !== null) ? ` by ${what} ${sparkline(values, all)}` : ''
    const bars = `${drawn('round', rounds)}${drawn('second', seconds)}`
    return bars === '' ? '' : `${name}${bars}${scaleOf(all)}`
  }
  const whole = textOf(bySecond[series])
  const excess = Math.max(0, whole.length - room)
  return excess === 0 ? whole : textOf(bySecond[series].slice(excess))
}

/** Four lines, always: how far the run is, of what, how far that is, and how it fares. */
export function liveFrame(view: LiveView, columns: number, colors: Colors): string {
  const {
    stage,
    trial,
    trials,
    leftNs,
    label,
    note,
    part,
    ended,
    messages,
    failed,
    inDoubt,
    refusedAsPlanned,
  } = view
  const sent = messages === undefined ? `${count(ended)} sent` : `${count(ended)} of ${count(messages)}`
  const failures = `${count(failed)} failed, ${count(inDoubt)} in doubt`
  const planned = refusedAsPlanned === 0 ? '' : `, ${count(refusedAsPlanned)} refused as planned`
  const inAll = ` (in all ${count(view.failedInAll)} and ${count(view.inDoubtInAll)})${planned}  `
  const run = (trial - 1 + part) / trials
  return [
    [
      [bar(run, columns), colors.cyan] as const,
      `  ${stage}  trial ${trial} of ${trials}  about ${formatLeft(leftNs)} left`,
    ],
    [[plainText(label), colors.bold] as const, note === '' ? '' : `  ${note}`],
    [
      [bar(part, columns), colors.cyan] as const,
      `  ${sent}  ${count(Math.round(view.rateHz))} msg/s  p50 ${ms(view.p50Ns)}  p99 ${ms(view.p99Ns)}`,
    ],
    [
      failed + inDoubt > 0 ? ([failures, colors.red] as const) : failures,
      inAll,
      trendOf(view, columns - failures.length - inAll.length),
    ],
  ]
    .map(parts => line(parts, columns))
    .join('\n')
}
