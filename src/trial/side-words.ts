/** What two processes of ours say to each other: how the one starts the other, and what it may ask of it. */
export interface SideTerms {
  /** What the process is started with. */
  readonly spec: unknown
  /** What it says once it has started. */
  readonly ready: unknown
  /** What it can be asked, by name. */
  readonly calls: Readonly<Record<string, { readonly asks: unknown; readonly answers: unknown }>>
}

export type CallName<T extends SideTerms> = keyof T['calls'] & string

export type ToSide<T extends SideTerms> =
  | { readonly kind: 'start'; readonly spec: T['spec'] }
  | {
      readonly kind: 'call'
      readonly request: number
      readonly name: CallName<T>
      readonly asks: T['calls'][string]['asks']
    }

/** An error that crossed: the user's mistake keeps its one line, everything else its stack. */
export interface SideFailure {
  readonly kind: 'failed'
  /** The call that failed; left out, it is the start. */
  readonly request?: number
  readonly isUsage: boolean
  readonly message: string
}

export type FromSide<T extends SideTerms> =
  | { readonly kind: 'ready'; readonly ready: T['ready'] }
  | {
      readonly kind: 'answer'
      readonly request: number
      readonly answer: T['calls'][string]['answers']
    }
  | SideFailure
