import { type Claim, notMeasured } from './claim.ts'

/** Claims that need what this version does not record. */
export const statisticsClaim: Claim = {
  id: 'C8',
  text: 'APIs give statistics',
  rule: 'The time from acceptance to the delivered event, by webhook, and by DSN or mailbox.',
  judge: () =>
    notMeasured('What happens to a message after its acceptance is not followed.', 'nothing in this version'),
}

export const versionsClaim: Claim = {
  id: 'C9',
  text: 'API versions change, SMTP does not',
  rule: "How far each dialect's recorded requests have drifted from its provider's published interface.",
  judge: () =>
    notMeasured(
      'Drift of interfaces shows between versions of them, not in a run.',
      'nothing in this version',
    ),
}
