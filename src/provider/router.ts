import type { Provider, Route } from './provider.ts'

export interface Endpoint {
  readonly provider: Provider
  readonly route: Route
}

type Method = Route['method']
/** What answers at a path, by method. */
export type Endpoints = Readonly<Partial<Record<Method, Endpoint>>>

interface Pattern {
  readonly path: string
  readonly segments: readonly string[]
  readonly endpoints: Partial<Record<Method, Endpoint>>
}

const isName = (segment: string) => segment.startsWith(':')

/** Whether both match the same paths: the names of segments do not matter. */
function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, i) => each === b[i] || (isName(each) && isName(b[i] ?? '')))
}

function matches({ segments }: Pattern, path: readonly string[]): boolean {
  return (
    segments.length === path.length &&
    segments.every((each, i) => each === path[i] || (isName(each) && path[i] !== ''))
  )
}

/**
 * Finds the routes of many providers by path, without its query.
 * @throws when two of them answer at one path
 */
export function createRouter(providers: readonly Provider[]): (path: string) => Endpoints | undefined {
  const patterns: Pattern[] = []

  function add(provider: Provider, route: Route): void {
    const segments = route.path.split('/')
    const known = patterns.find(pattern => isSame(pattern.segments, segments))
    const rival = known?.endpoints[route.method]
    if (rival) {
      const names = `${rival.provider.name} and ${provider.name}`
      throw new Error(`${names} both answer at ${route.method} ${route.path}`)
    }
    const endpoint = { provider, route }
    if (known) known.endpoints[route.method] = endpoint
    else patterns.push({ path: route.path, segments, endpoints: { [route.method]: endpoint } })
  }

  for (const provider of providers) for (const route of provider.routes) add(provider, route)
  const isFixed = ({ segments }: Pattern) => !segments.some(isName)
  const fixed = new Map(patterns.filter(isFixed).map(({ path, endpoints }) => [path, endpoints]))
  const open = patterns.filter(pattern => !isFixed(pattern))
  return path => {
    const known = fixed.get(path)
    if (known || open.length === 0) return known
    const segments = path.split('/')
    return open.find(pattern => matches(pattern, segments))?.endpoints
  }
}
