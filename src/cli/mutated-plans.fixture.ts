import { readdirSync, readFileSync } from 'node:fs'
import { parse, parseAllDocuments, stringify } from 'yaml'
import type { Random } from '../random.ts'

type Tree = unknown
type Mapping = Record<string, Tree>

const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** Sound plans that together say every field but `tls_ca`, which names a file. */
export const examplePlans = parseAllDocuments(textOf('fixtures/plans/every-field.yaml')).map(
  document => document.toJS() as Mapping,
)

const hostile = parse(textOf('fixtures/plans/hostile-values.yaml')) as { texts: string[]; values: Tree[] }
const many = ['9'.repeat(400), `${'9'.repeat(400)}h`, `${'9'.repeat(400)}mb`, 'a'.repeat(3000)]
const texts = [...hostile.texts, ...many]
const values = [...hostile.values, Array.from({ length: 200 }, (_, i) => i)]

const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(from.length)] as T

/** A place in a plan that holds something. */
interface Spot {
  readonly parent: object
  readonly key: string
}

const spotsOf = (tree: Tree): Spot[] =>
  typeof tree !== 'object' || tree === null
    ? []
    : Object.entries(tree).flatMap(([key, child]) => [{ parent: tree, key }, ...spotsOf(child)])

const read = ({ parent, key }: Spot): Tree => Reflect.get(parent, key)
/** Defined, for to set `__proto__` would set the prototype. */
const put = ({ parent, key }: Spot, value: Tree) =>
  void Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true })

type Change = (random: Random, spot: Spot, plan: Mapping, others: readonly Mapping[]) => void

function changeValue(random: Random, spot: Spot): void {
  const value = read(spot)
  if (typeof value === 'number')
    put(spot, pick(random, [value * 1000, -value, value + 0.5, value * 1e12, String(value)]))
  else if (typeof value === 'string') {
    const cut = random.integer(value.length + 1)
    put(spot, value.slice(0, cut) + pick(random, texts) + value.slice(cut))
  } else if (Array.isArray(value)) put(spot, [...value, ...structuredClone(value)])
}

const changes: readonly Change[] = [
  changeValue,
  (random, spot) => put(spot, structuredClone(pick(random, values))),
  (random, spot) => put(spot, pick(random, texts)),
  (_random, { parent, key }) => void Reflect.deleteProperty(parent, key),
  (_random, spot) => put(spot, [read(spot), read(spot)]),
  (random, spot) => put(spot, { [pick(random, texts)]: read(spot) }),
  (random, { parent }) => put({ parent, key: pick(random, texts) }, structuredClone(pick(random, values))),
  (random, spot, _plan, others) => {
    const taken = read(pick(random, spotsOf(pick(random, others))))
    put(spot, structuredClone(taken))
  },
  // A field of another plan at the top: what goes with what.
  (random, _spot, plan, others) => {
    const [key, value] = pick(random, Object.entries(pick(random, others)))
    put({ parent: plan, key }, structuredClone(value))
  },
]

const MARKS = [
  ...'{}[]:,-#&*!|>\'"%@`?\t\n \\\0\u001b',
  '<<: *a',
  '!!js/function',
  '---\n',
  '&a ',
  '*a',
  '\ufeff',
  '\r',
]

/** Breaks the notation, not the plan. */
function garbled(text: string, random: Random): string {
  const from = random.integer(text.length + 1)
  const to = random.next() < 0.5 ? from : from + random.integer(20)
  return text.slice(0, from) + (random.next() < 0.7 ? pick(random, MARKS) : '') + text.slice(to)
}

const CHANGES_MAX = 4
/** Blocks of conditions that are kept: more would say the same at greater length. */
const BLOCKS_MAX = 2

function fewerBlocks(plan: Mapping, random: Random): Mapping {
  const { conditions } = plan
  if (!Array.isArray(conditions)) return plan
  const first = random.integer(conditions.length)
  return { ...plan, conditions: conditions.slice(first, first + BLOCKS_MAX) }
}

const home = new URL('../../bench/plans/', import.meta.url)
const builtIn = () =>
  readdirSync(home).map(name => parse(readFileSync(new URL(name, home), 'utf8')) as Mapping)

/** Makes plans that are a few changes away from good ones, the built-in ones among them, as texts. */
export function planMutator(random: Random): () => string {
  const plans = [...examplePlans, ...builtIn()]
  return () => {
    const plan = structuredClone(fewerBlocks(pick(random, plans), random))
    for (let left = random.integer(CHANGES_MAX + 1); left > 0; left--) {
      const spots = spotsOf(plan)
      if (spots.length > 0) pick(random, changes)(random, pick(random, spots), plan, plans)
    }
    const text =
      random.next() < 0.5 ? stringify(plan, { aliasDuplicateObjects: false }) : JSON.stringify(plan)
    return random.next() < 0.2 ? garbled(text, random) : text
  }
}
