import type { Random } from '../random.ts'
import type { Endpoint } from '../sink/sink.ts'
import type { Condition, SinkChoice } from './condition.ts'
import { type FarSide, startFarSide } from './far-side.ts'
import { sinkFloorsOf } from './floor.ts'
import type { Prepared } from './prepare.ts'
import type { Target } from './target.ts'

/** The local sinks of a run: one listener for each kind that its conditions and their floors ask for. */
export interface LocalSinks extends AsyncDisposable {
  targetOf(condition: Condition): Target | undefined
  readonly farSide: FarSide | undefined
}

const keyOf = (protocol: string, { tls, auth, bare }: SinkChoice) => `${protocol} ${tls} ${auth} ${bare}`

/** A secret of this run's own: any client but ours is refused. */
function password(random: Random): string {
  return Array.from({ length: 24 }, () => random.integer(36).toString(36)).join('')
}

function smtpTarget({ host, port, tls }: Endpoint, auth: boolean, user: string, secret: string): Target {
  return {
    protocol: 'smtp',
    address: { host, port },
    tls: tls === 'starttls' ? 'required' : tls,
    ...(auth && { credentials: { user, password: secret } }),
    display: 'sink',
  }
}

function httpTarget({ host, port, tls }: Endpoint, auth: boolean, secret: string): Target {
  return {
    protocol: 'http',
    address: { host, port },
    encrypted: tls === 'implicit',
    ...(auth && { key: secret }),
    display: 'sink',
  }
}

/** Opens what the conditions need, in one process of its own; none, when all targets are URLs. */
export async function openLocalSinks(
  { conditions, plan, seed, secrets }: Prepared,
  random: Random,
): Promise<LocalSinks> {
  const wanted = new Map<string, { protocol: 'smtp' | 'http'; choice: SinkChoice }>()
  for (const { protocol, target, client } of [...conditions, ...sinkFloorsOf(conditions)]) {
    if (target.kind === 'sink' && client !== 'null')
      wanted.set(keyOf(protocol, target), { protocol, choice: target })
  }
  const kinds = [...wanted.values()]
  const user = 'bench'
  const secret = password(random)
  secrets.addCredentials(user, secret)
  const farSide =
    kinds.length === 0
      ? undefined
      : await startFarSide({
          listeners: kinds.map(({ protocol, choice: { tls, auth, bare } }) => ({
            protocol,
            tls,
            auth,
            ...(bare && { script: {} }),
          })),
          script: plan.script ?? {},
          seed,
          users: [{ user, password: secret }],
          keys: [secret],
        })
  const endpoints = new Map([...wanted.keys()].map((key, i) => [key, farSide?.endpoints[i]]))
  return {
    farSide,
    targetOf({ protocol, target, client }) {
      if (target.kind !== 'sink') return undefined
      const endpoint = endpoints.get(keyOf(protocol, target))
      // The null transport touches nothing: an address that is never dialled.
      const reached =
        endpoint ??
        (client === 'null' ? { protocol, host: '127.0.0.1', port: 9, tls: target.tls } : undefined)
      if (!reached) return undefined
      return protocol === 'smtp'
        ? smtpTarget(reached, target.auth, user, secret)
        : httpTarget(reached, target.auth, secret)
    },
    async [Symbol.asyncDispose]() {
      await farSide?.[Symbol.asyncDispose]()
    },
  }
}
