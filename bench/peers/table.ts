import type { Ratio, Result } from './contest.ts'

function ratioText({ median, min, max, target, reached }: Ratio): string {
  const found = `${median.toFixed(2)} (${min.toFixed(2)}-${max.toFixed(2)})`
  const wanted = target === undefined ? '' : `${target}${reached ? '' : ' !'}`
  return found.padEnd(18) + wanted.padEnd(9)
}

/** A contest's figures for people, at most 100 columns wide. */
export function tableOf({ about, contestants, matches, rounds }: Result): string {
  const missed = matches.some(match => match.rate.reached === false || match.cpu.reached === false)
  return [
    '',
    `${about}; medians of ${rounds}`,
    `${''.padEnd(46)}messages/s  CPU us a message`,
    ...contestants.map(
      ({ name, messages_per_s, cpu_us_per_message }) =>
        name.padEnd(46) + String(messages_per_s).padStart(10) + cpu_us_per_message.toFixed(1).padStart(18),
    ),
    ...(matches.length === 0
      ? []
      : [`${'ratios (least-most), target'.padEnd(46)}${'messages/s'.padEnd(27)}CPU a message`]),
    ...matches.map(({ ours, theirs, rate, cpu }) =>
      `${ours} / ${theirs}`.padEnd(46).concat(ratioText(rate), ratioText(cpu)).trimEnd(),
    ),
    ...(missed ? ['! the target was not reached'] : []),
  ].join('\n')
}
