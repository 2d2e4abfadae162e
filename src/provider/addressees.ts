import type { Addressees, ReceivedMessage } from './provider.ts'

/** The three lists that a message is addressed by, of which any may be left out. */
interface Lists<T> {
  readonly to?: readonly T[] | null | undefined
  readonly cc?: readonly T[] | null | undefined
  readonly bcc?: readonly T[] | null | undefined
}

/** All who are to receive a message, whichever list they stand in. */
export const everyone = <T>({ to, cc, bcc }: Lists<T>): T[] => [...(to ?? []), ...(cc ?? []), ...(bcc ?? [])]

/** Whom a message is for: everyone, and apart for answers that tell the lists apart. */
export function addressed<T>(
  { to, cc, bcc }: Lists<T>,
  addressOf: (mailbox: T) => string,
): Pick<ReceivedMessage, 'recipients' | 'addressees'> {
  const addressees: Addressees = {
    to: (to ?? []).map(addressOf),
    cc: (cc ?? []).map(addressOf),
    bcc: (bcc ?? []).map(addressOf),
  }
  return { recipients: everyone(addressees), addressees }
}
