/** The recipients of one message, as places in the list of all. */
export interface Group {
  readonly id: string | undefined
  readonly places: number[]
}

/**
 * Tells messages apart where a call makes a mail of its own for every recipient: neighbours of one id are one
 * message's, unless an address comes again, for then it is the message that does.
 */
export function groupsOf(addresses: readonly string[], ids: readonly (string | undefined)[]): Group[] {
  const groups: Group[] = []
  let seen = new Set<string>()
  for (const [place, address] of addresses.entries()) {
    const id = ids[place]
    const last = groups.at(-1)
    if (last && id !== undefined && last.id === id && !seen.has(address)) last.places.push(place)
    else {
      groups.push({ id, places: [place] })
      seen = new Set()
    }
    seen.add(address)
  }
  return groups
}
