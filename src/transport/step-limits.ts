import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import { type Phase, phases } from '../phase.ts'

/** What each step of a submission may take. */
export interface StepLimits {
  readonly ofPhase: Readonly<Record<Phase, Nanoseconds>>
  /** Whether `content` is limited by the block that the connection takes, and not as a whole. */
  readonly contentByBlock: boolean
}

function limits(
  spanNs: Nanoseconds,
  others: Partial<Record<Phase, Nanoseconds>> = {},
): StepLimits['ofPhase'] {
  const all = Object.fromEntries(phases.map(phase => [phase, spanNs])) as Record<Phase, Nanoseconds>
  return { ...all, ...others }
}

/** The same for every step. */
export function evenLimits(spanNs: Nanoseconds): StepLimits {
  return { ofPhase: limits(spanNs), contentByBlock: false }
}

const MINUTE_NS = 60 * NS_PER_S

/**
 * RFC 5321 §4.5.3.2: five minutes for the greeting, MAIL and RCPT, and here for each step that it does not
 * name; two for DATA, three for each block of content, ten for the final reply. The wait for a connection may
 * take as long as the longest of them.
 * @param scale for those who cannot wait so long
 */
export function rfc5321Limits(scale = 1): StepLimits {
  const minutes = (count: number) => count * scale * MINUTE_NS
  return {
    ofPhase: limits(minutes(5), {
      queue: minutes(10),
      data: minutes(2),
      content: minutes(3),
      reply: minutes(10),
    }),
    contentByBlock: true,
  }
}
