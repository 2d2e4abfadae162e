import { openSinks } from '../sink/sinks.ts'
import type { FarSideTerms } from './far-side-words.ts'
import { serveSide } from './side-main.ts'

/** The entry of the process that holds the sinks: started by far-side.ts. */
serveSide<FarSideTerms>(async spec => {
  const { endpoints, ca, ledger, injections, restart } = await openSinks(spec)
  return {
    ready: { endpoints, ca },
    calls: {
      receipts: ({ run, trial }) => ledger.receipts(run, trial),
      injected: () => injections.take(),
      begin() {
        restart()
        injections.take()
        return undefined
      },
      release({ run, trial }) {
        ledger.release(run, trial)
        return undefined
      },
    },
  }
})
