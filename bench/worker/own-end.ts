const cleanups = new Set<() => void>()

function cleanUp(): void {
  for (const cleanup of cleanups) cleanup()
  cleanups.clear()
}

let isWatching = false

function watch(): void {
  if (isWatching) return
  isWatching = true
  process.on('exit', cleanUp)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      cleanUp()
      process.kill(process.pid, signal)
    })
  }
}

/**
 * Does what must be done when this process ends before it could end what it began: by Ctrl-C, or by a
 * supervisor. What it returns takes that back.
 */
export function onOwnEnd(cleanup: () => void): Disposable {
  watch()
  cleanups.add(cleanup)
  return { [Symbol.dispose]: () => void cleanups.delete(cleanup) }
}
