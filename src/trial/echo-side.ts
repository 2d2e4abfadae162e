import type { Address } from '../dial/dial.ts'
import { startSide } from './side-process.ts'
import type { SideTerms } from './side-words.ts'

export interface EchoSideTerms extends SideTerms {
  readonly spec: undefined
  readonly ready: { readonly address: Address }
  /** There is nothing to ask it. */
  readonly calls: Readonly<Record<never, { readonly asks: unknown; readonly answers: unknown }>>
}

/** A process that says again what it is told, on bare sockets. */
export interface EchoSide extends AsyncDisposable {
  readonly address: Address
}

export async function startEchoSide(): Promise<EchoSide> {
  const side = await startSide<EchoSideTerms>('echo-side-main', "echo's", undefined)
  return { address: side.ready.address, [Symbol.asyncDispose]: () => side[Symbol.asyncDispose]() }
}
