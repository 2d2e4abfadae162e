import type { Ratio, Result } from './contest.ts'

const NAMES = 45

/** Three digits: `0.98`, `14.4`. */
const short = (ratio: number) => ratio.toFixed(ratio < 9.995 ? 2 : 1)

function ratioText({ median, min, max, target, reached }: Ratio): string {
  const found = `${short(median)} (${short(min)}-${short(max)})`
  const wanted = target === undefined ? '' : `${target}${reached ? '' : ' !'}`
  return found.padEnd(18) + wanted.padEnd(10)
}

/** A contest's figures for people, at most 100 columns wide. */
export function tableOf({ about, contestants, matches, rounds }: Result): string {
  const missed = matches.some(match => match.rate.reached === false || match.cpu.reached === false)
  return [
    '',
    `${about}; medians of ${rounds}`,
    `${''.padEnd(NAMES)}messages/s  CPU us a message`,
    ...contestants.map(
      ({ name, messages_per_s, cpu_us_per_message }) =>
        name.padEnd(NAMES) + String(messages_per_s).padStart(10) + cpu_us_per_message.toFixed(1).padStart(18),
    ),
    ...(matches.length === 0
      ? []
      : [`${'ratios (least-most), target'.padEnd(NAMES)}${'messages/s'.padEnd(28)}CPU a message`]),
    ...matches.map(({ ours, theirs, rate, cpu }) =>
      `${ours} / ${theirs}`.padEnd(NAMES).concat(ratioText(rate), ratioText(cpu)).trimEnd(),
    ),
    ...(missed ? ['! the target was not reached'] : []),
  ].join('\n')
}
