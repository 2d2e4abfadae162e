import type { Claim } from './claim.ts'
import { notMeasured } from './claim.ts'

/** Reachability is a matter of the reader's own network: no stored run holds it, and none can answer for another. */
export const portsClaim: Claim = {
  id: 'C7',
  text: 'HTTP passes firewalls, SMTP ports are blocked',
  rule: 'Whether TCP connects to ports 25, 465, 587, 2525 and 443 of the targets, from where mailbench runs.',
  judge: () =>
    notMeasured(
      'A run sends to ports that are open; which are blocked here it cannot say.',
      'mailbench doctor',
    ),
}
