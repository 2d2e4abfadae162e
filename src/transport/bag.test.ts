import { expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { Bag, type Kept } from './bag.ts'

interface Thing extends Kept {
  readonly name: number
}
const thing = (name: number): Thing => ({ name, place: -1 })
const namesIn = (bag: Bag<Thing>) => [...bag].map(({ name }) => name).sort((a, b) => a - b)

it('holds what was added and not deleted, whatever the order', () => {
  const random = createRandom('bag')
  const things = Array.from({ length: 20 }, (_, name) => thing(name))
  const bag = new Bag<Thing>()
  const set = new Set<number>()
  for (let step = 0; step < 5000; step++) {
    const any = things[random.integer(things.length)] as Thing
    if (random.next() < 0.5) {
      bag.add(any)
      set.add(any.name)
    } else {
      bag.delete(any)
      set.delete(any.name)
    }
    expect(bag.size).toBe(set.size)
    expect(namesIn(bag)).toEqual([...set].sort((a, b) => a - b))
  }
})

it('leaves alone what is in another', () => {
  const [one, other] = [new Bag<Thing>(), new Bag<Thing>()]
  const [mine, theirs] = [thing(1), thing(2)]
  one.add(mine)
  other.add(theirs)
  one.delete(theirs)
  expect([namesIn(one), namesIn(other), theirs.place]).toEqual([[1], [2], 0])
})

it('gives the last that was added', () => {
  const bag = new Bag<Thing>()
  expect(bag.last()).toBeUndefined()
  const things = [thing(1), thing(2), thing(3)]
  for (const each of things) bag.add(each)
  expect(bag.last()?.name).toBe(3)
  bag.delete(things[2] as Thing)
  expect(bag.last()?.name).toBe(2)
})
