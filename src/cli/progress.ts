import type { Clock } from '../clock.ts'
import type { TrialRow } from '../run-store/schema.ts'
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

/** What failed in a trial; refusals of credentials that are wrong on purpose are what the plan wants. */
export function failuresOf({ auth, deferred, rejected, faulted }: TrialRow): {
  failed: number
  refusedAsPlanned: number
} {
  const refusedAsPlanned = auth === 'wrong' ? rejected : 0
  return { failed: deferred + rejected + faulted - refusedAsPlanned, refusedAsPlanned }
}
