/** What a bag keeps notes of its place in it. */
export interface Kept {
  /** Where it is; -1 when it is in none. Nobody's but the bag's. */
  place: number
}

/**
 * Things in no particular order, each in one bag at most. A Set that things come to and go from all the time
 * leaves tables behind, each of which holds on to the next and to what was in it: garbage that is copied and
 * grows old, at a cost of several microseconds a message.
 */
export class Bag<T extends Kept> implements Iterable<T> {
  readonly #items: T[] = []

  get size(): number {
    return this.#items.length
  }

  add(item: T): void {
    if (item.place >= 0) return
    item.place = this.#items.length
    this.#items.push(item)
  }

  delete(item: T): void {
    const { place } = item
    if (this.#items[place] !== item) return
    const last = this.#items.pop() as T
    if (last !== item) {
      this.#items[place] = last
      last.place = place
    }
    item.place = -1
  }

  /** The one that was added last, of those that have not been moved. */
  last(): T | undefined {
    return this.#items.at(-1)
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]()
  }
}
