import type { Injected } from '../sink/injected.ts'
import type { Endpoint, Receipts } from '../sink/sink.ts'
import type { SinksSpec } from '../sink/sinks.ts'
import type { SideTerms } from './side-words.ts'

interface OneTrial {
  readonly run: string
  readonly trial: number
}

/** What is said to the process of the sinks, and what it answers. */
export interface FarSideTerms extends SideTerms {
  readonly spec: SinksSpec
  readonly ready: { readonly endpoints: readonly Endpoint[]; readonly ca: string }
  readonly calls: {
    readonly receipts: { readonly asks: OneTrial; readonly answers: Receipts }
    /** What the sinks did wrong on purpose since they were last asked. */
    readonly injected: { readonly asks: undefined; readonly answers: readonly Injected[] }
    /** A trial, or its measured part, begins. */
    readonly begin: { readonly asks: undefined; readonly answers: undefined }
    readonly release: { readonly asks: OneTrial; readonly answers: undefined }
  }
}
