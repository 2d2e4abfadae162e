/** Loaded into every process that a test starts, by NODE_OPTIONS. */
import { guardLoopback } from './guard.ts'

// Thrown where nobody catches it: the process ends, and says why.
guardLoopback(error =>
  queueMicrotask(() => {
    throw error
  }),
)
