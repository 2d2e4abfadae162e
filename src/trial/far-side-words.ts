import type { Endpoint, Receipts } from '../sink/sink.ts'
import type { SinksSpec } from '../sink/sinks.ts'

/** What the parent says to the process of the sinks. */
export type ToFarSide =
  | { readonly kind: 'start'; readonly spec: SinksSpec }
  | { readonly kind: 'receipts'; readonly request: number; readonly run: string; readonly trial: number }
  | { readonly kind: 'release'; readonly run: string; readonly trial: number }

/** What it answers. */
export type FromFarSide =
  | { readonly kind: 'ready'; readonly endpoints: readonly Endpoint[]; readonly ca: string }
  | { readonly kind: 'failed'; readonly isUsage: boolean; readonly message: string }
  | { readonly kind: 'receipts'; readonly request: number; readonly receipts: Receipts }
