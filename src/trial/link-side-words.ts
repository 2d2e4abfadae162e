import type { Address } from '../dial/dial.ts'
import type { LinkSpec } from '../link/link.ts'
import type { RelayLog } from '../link/relay-log.ts'
import type { SideTerms } from './side-words.ts'

/** A relay that is wanted: plain data. */
export interface RelaySpec {
  /** The server that it leads to. */
  readonly target: Address
  readonly spec: LinkSpec
  readonly seed: string
}

/** What is said to the process of the links, and what it answers. */
export interface LinkSideTerms extends SideTerms {
  readonly spec: undefined
  /** The zero of its clock, on the clock that all processes of the machine share. */
  readonly ready: { readonly zeroNs: bigint }
  readonly calls: {
    readonly open: {
      readonly asks: RelaySpec
      readonly answers: { readonly relay: number; readonly address: Address }
    }
    /** Instants are of its clock. */
    readonly log: { readonly asks: { readonly relay: number }; readonly answers: RelayLog | undefined }
    readonly close: { readonly asks: { readonly relay: number }; readonly answers: undefined }
  }
}
