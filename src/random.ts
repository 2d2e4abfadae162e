/** Seeded randomness: one seed replays a run. Nothing else in the project may call Math.random. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, bound). */
  integer(bound: number): number
  /** Exponential with the given mean. */
  exponential(mean: number): number
  /** Standard normal. */
  normal(): number
  /** A stream of its own, independent of how far this one has advanced. */
  fork(label: string): Random
}

/** FNV-1a (Fowler, Noll, Vo), 32 bits: names a stream, is no cryptographic hash. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  return hash >>> 0
}

/** sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes PractRand and BigCrush. */
function sfc32(a: number, b: number, c: number, counter: number): () => number {
  let [x, y, z, n] = [a | 0, b | 0, c | 0, counter | 0]
  return () => {
    const sum = (((x + y) | 0) + n) | 0
    n = (n + 1) | 0
    x = y ^ (y >>> 9)
    y = (z + (z << 3)) | 0
    z = (z << 21) | (z >>> 11)
    z = (z + sum) | 0
    return (sum >>> 0) / 4294967296
  }
}

/** @param seed any string or number; equal seeds give equal streams. */
export function createRandom(seed: string | number): Random {
  const key = String(seed)
  const next = sfc32(hash32(key), hash32(`${key}/b`), hash32(`${key}/c`), 1)
  for (let i = 0; i < 12; i++) next() // the author's warm-up: mixes the seed through the state
  return {
    next,
    integer: bound => Math.floor(next() * bound),
    exponential: mean => -Math.log(1 - next()) * mean,
    // Box-Muller (1958). The second variate is thrown away: streams stay free of hidden state.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    fork: label => createRandom(`${key}/${label}`),
  }
}

/** Fisher-Yates (Knuth, TAOCP 2, algorithm P). Returns a new array. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(i + 1)
    const [a, b] = [result[i] as T, result[j] as T]
    result[i] = b
    result[j] = a
  }
  return result
}
