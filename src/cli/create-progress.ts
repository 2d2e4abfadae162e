import { liveProgress } from './live-progress.ts'
import { plainProgress } from './plain-progress.ts'
import type { Progress, ProgressOptions } from './progress.ts'

/** In a narrower terminal, or one that does not say how wide it is, lines that are redrawn would be torn. */
const COLUMNS_MIN = 40

function silentProgress({ stream }: ProgressOptions): Progress {
  return {
    say(line) {
      stream.write(`\n${line}\n`) // the terminal has just shown ^C
    },
    trialStarted() {},
    sample() {},
    trialEnded() {},
    [Symbol.dispose]() {},
  }
}

/** Live on a terminal, plain lines elsewhere, nothing when quiet. Always on standard error. */
export function createProgress(
  options: ProgressOptions,
  quiet: boolean,
  terminal = process.env['TERM'],
): Progress {
  if (quiet) return silentProgress(options)
  const { isTTY, columns } = options.stream
  return isTTY && columns >= COLUMNS_MIN && terminal !== 'dumb'
    ? liveProgress(options)
    : plainProgress(options)
}
