import { BytePages } from '../byte-pages.ts'
import { parseIdentity } from '../message/identity.ts'
import type { Receipts } from './sink.ts'

/** A submission beyond this index is counted in the totals only: its number came from the network. */
const MAX_INDEX = 2 ** 26
/** Of more trials than this the oldest is forgotten, so that a sink left running does not grow. */
const MAX_TRIALS = 10_000

export interface LedgerSummary {
  /** Messages taken in all, duplicates counted each time. */
  readonly taken: number
  /** Of those, messages without an identity that could be counted by. */
  readonly unidentified: number
  readonly trials: readonly {
    readonly run: string
    readonly trial: number
    readonly taken: number
    readonly duplicated: number
  }[]
}

/** What was taken, by run, trial and index: one byte a submission. */
export interface Ledger {
  /** @param id as the message carried it; undefined when it carried none */
  record(id: string | undefined): void
  /** A copy; empty for a trial that nothing was taken of. */
  receipts(run: string, trial: number): Receipts
  /** Forgets a trial's counts; the totals keep them. */
  release(run: string, trial: number): void
  summary(): LedgerSummary
  /** What the counts of all trials take. */
  readonly sizeBytes: number
}

interface TrialPage {
  readonly run: string
  readonly trial: number
  taken: number
  duplicated: number
  readonly counts: BytePages
}

function countAt(page: TrialPage, index: number): void {
  const before = page.counts.get(index)
  if (before < 255) page.counts.set(index, before + 1)
  if (before > 0) page.duplicated++
  page.taken++
}

export function createLedger(): Ledger {
  const pages = new Map<string, TrialPage>()
  const keyOf = (run: string, trial: number) => `${run}-${trial}`
  let taken = 0
  let unidentified = 0

  function pageOf(run: string, trial: number): TrialPage {
    const key = keyOf(run, trial)
    const known = pages.get(key)
    if (known) return known
    const page = { run, trial, taken: 0, duplicated: 0, counts: new BytePages() }
    pages.set(key, page)
    if (pages.size > MAX_TRIALS) {
      // A Map keeps the order of insertion: the first key is the oldest trial.
      const [oldest] = pages.keys()
      if (oldest !== undefined) pages.delete(oldest)
    }
    return page
  }

  return {
    record(id) {
      taken++
      const identity = id === undefined ? undefined : parseIdentity(id)
      if (identity === undefined || identity.index >= MAX_INDEX) unidentified++
      else countAt(pageOf(identity.run, identity.trial), identity.index)
    },
    receipts(run, trial) {
      const page = pages.get(keyOf(run, trial))
      if (!page) return { taken: 0, duplicated: 0, counts: new Uint8Array(0) }
      return { taken: page.taken, duplicated: page.duplicated, counts: page.counts.bytes() }
    },
    get sizeBytes() {
      return [...pages.values()].reduce((sum, { counts }) => sum + counts.sizeBytes, 0)
    },
    release: (run, trial) => void pages.delete(keyOf(run, trial)),
    summary: () => ({
      taken,
      unidentified,
      trials: [...pages.values()].map(({ run, trial, taken, duplicated }) => ({
        run,
        trial,
        taken,
        duplicated,
      })),
    }),
  }
}
