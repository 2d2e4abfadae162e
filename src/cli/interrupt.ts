/** Ctrl-C once ends the run and keeps what was measured; twice ends the process at once. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal
}

const SIGINT_STATUS = 130

/** @param say how the user is told, which must not tear lines that are redrawn in place */
export function onInterrupt(say = (line: string) => console.error(`\n${line}`)): Interrupt {
  const controller = new AbortController()
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(SIGINT_STATUS)
    say('ending the run; what was measured is kept (again to end at once)')
    process.exitCode = SIGINT_STATUS
    controller.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt)
    },
  }
}
