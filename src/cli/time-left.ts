import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import type { Condition } from '../trial/condition.ts'
import type { Planned } from '../trial/planned.ts'
import { predictNs, predictSlowNs, slowestNs } from '../trial/predict.ts'

/** `1:05`, minutes and seconds. */
export function formatLeft(spanNs: Nanoseconds): string {
  const seconds = Math.max(0, Math.round(spanNs / NS_PER_S))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** A trial that is over. */
export interface Ended {
  readonly planned: Planned
  readonly tookNs: Nanoseconds
  /** Of a trial of which nothing was accepted by a server that is not ours: what one submission took. */
  readonly deadNs?: Nanoseconds | undefined
}

/** The trial under way, and which part of it (0 to 1) is behind us. */
export interface UnderWay {
  readonly planned: Planned
  readonly elapsedNs: Nanoseconds
  readonly part: number
}

const isMeasured = ({ planned: { purpose } }: Ended) => purpose === 'measure'
const sum = (spansNs: readonly Nanoseconds[]) => spansNs.reduce((total, spanNs) => total + spanNs, 0)

/** Who answers: what is known of one server by one protocol is known of all conditions that it meets. */
function wayOf({ protocol, targetName, target }: Condition): string {
  return JSON.stringify([protocol, targetName, target.kind === 'url' ? target.url : target.kind])
}

/** How far the prediction was off. */
function scaleOf(ended: readonly Ended[]): number | undefined {
  const predictedNs = sum(ended.map(({ planned }) => predictNs(planned.condition)))
  const tookNs = sum(ended.map(each => each.tookNs))
  return predictedNs === 0 || tookNs === 0 ? undefined : tookNs / predictedNs
}

/** What each trial will take, by what those took that are over. */
function forecastBy(ended: readonly Ended[]): (planned: Planned) => Nanoseconds {
  const measured = ended.filter(isMeasured)
  const byLabel = Map.groupBy(measured, ({ planned }) => planned.condition.label)
  const byWay = Map.groupBy(ended, ({ planned }) => wayOf(planned.condition))
  const overall = scaleOf(measured.filter(({ deadNs }) => deadNs === undefined)) ?? 1

  return ({ purpose, condition }) => {
    const ofWay = byWay.get(wayOf(condition)) ?? []
    const deadNs = ofWay.at(-1)?.deadNs
    // Floors and anatomies are short, unless they wait for a server that does not answer.
    if (purpose !== 'measure') return purpose === 'anatomy' ? (deadNs ?? 0) : 0
    const own = byLabel.get(condition.label)
    if (own) return sum(own.map(({ tookNs }) => tookNs)) / own.length
    if (deadNs !== undefined) return predictSlowNs(condition, deadNs)
    const alive = ofWay.filter(each => isMeasured(each) && each.deadNs === undefined)
    return Math.min(predictNs(condition) * (scaleOf(alive) ?? overall), slowestNs(condition))
  }
}

/** What is thought of the trials that are not over; made between trials, so that a frame costs next to nothing. */
export interface Outlook {
  /** Of the next trial, or the one under way. */
  readonly nextNs: Nanoseconds
  /** Of all after it. */
  readonly restNs: Nanoseconds
  /** How much of the rest turns with what the next takes: the label's later trials by the label's mean. */
  readonly weight: number
}

/** @param done so many trials are behind us */
export function outlookOf(planned: readonly Planned[], done: number, ended: readonly Ended[]): Outlook {
  const forecast = forecastBy(ended)
  const rest = planned.slice(done + 1)
  const next = planned[done]
  if (!next) return { nextNs: 0, restNs: 0, weight: 0 }
  const isOfLabel = (other: Planned) => other.condition.label === next.condition.label
  const known = ended.filter(each => isMeasured(each) && isOfLabel(each.planned)).length
  return {
    nextNs: forecast(next),
    restNs: sum(rest.map(forecast)),
    weight: next.purpose === 'measure' ? rest.filter(isOfLabel).length / (known + 1) : 0,
  }
}

/** What the trial under way takes in all, where that is longer than was thought: by its part, or as long again. */
function overdueNs({ planned, elapsedNs, part }: UnderWay, expectedNs: Nanoseconds): Nanoseconds | undefined {
  if (planned.purpose !== 'measure' || elapsedNs <= expectedNs) return undefined
  const tookNs = part > 0 ? elapsedNs / part : 2 * elapsedNs
  return Math.max(elapsedNs, Math.min(tookNs, slowestNs(planned.condition)))
}

/**
 * What was predicted for the trials that are left, as far as those that are over do not tell better. A server that
 * accepts nothing is predicted by what one submission to it took; a trial that is under way and late counts by what it
 * will have taken.
 */
export function timeLeftNs({ nextNs, restNs, weight }: Outlook, underWay?: UnderWay): Nanoseconds {
  if (!underWay) return nextNs + restNs
  const tookNs = overdueNs(underWay, nextNs)
  if (tookNs === undefined) return nextNs * (1 - underWay.part) + restNs
  return tookNs - underWay.elapsedNs + restNs + weight * (tookNs - nextNs)
}
