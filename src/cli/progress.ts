import type { Clock } from '../clock.ts'
import type { CampaignObserver } from '../trial/campaign.ts'
import type { Planned } from '../trial/planned.ts'

/** Shows how far a run is. */
export interface Progress extends CampaignObserver, Disposable {
  /** Writes a line of its own, which stays. */
  say(line: string): void
}

export interface ProgressOptions {
  readonly planned: readonly Planned[]
  readonly clock: Clock
  readonly stream: NodeJS.WriteStream
}

/** What a trial counts towards: a round of so many, or what stands before them. */
export function stageOf({ purpose, round }: Planned, rounds: number): string {
  if (purpose === 'floor') return 'floors'
  return purpose === 'anatomy' ? 'round trips' : `round ${round} of ${rounds}`
}

/** Rounds stand in order: the last trial's is the number of them. */
export const roundsOf = (planned: readonly Planned[]) => planned.at(-1)?.round ?? 0
