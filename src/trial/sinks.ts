import type { Random } from '../random.ts'
import type { ScriptSpec } from '../sink/script.ts'
import type { Endpoint } from '../sink/sink.ts'
import type { ListenerSpec } from '../sink/sinks.ts'
import type { Condition, SinkChoice } from './condition.ts'
import { type FarSide, startFarSide } from './far-side.ts'
import { sinkFloorsOf } from './floor.ts'
import type { Plan } from './plan.ts'
import type { Prepared } from './prepare.ts'
import { rehearsalsOf } from './rehearsal.ts'
import type { Target } from './target.ts'

/** The local sinks of a run: one listener for each kind that its conditions and their floors ask for. */
export interface LocalSinks extends AsyncDisposable {
  targetOf(condition: Condition): Target | undefined
  readonly farSide: FarSide | undefined
}

/** What a sink answers: the plan's script, with what goes wrong under this condition. */
function scriptOf({ bare, faults = [] }: SinkChoice, { script = {} }: Plan): ScriptSpec {
  const { faults: _replaced, ...temper } = script
  if (bare) return {}
  return { ...temper, ...(faults.length > 0 && { faults: [...faults] }) }
}

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
  { conditions, anatomies, plan, seed, secrets }: Prepared,
  random: Random,
): Promise<LocalSinks> {
  const keyOf = (protocol: string, choice: SinkChoice) =>
    JSON.stringify([protocol, choice.tls, choice.auth, scriptOf(choice, plan)])
  const wanted = new Map<string, ListenerSpec>()
  for (const { protocol, target, client } of [
    ...conditions,
    ...anatomies,
    ...rehearsalsOf(conditions),
    ...sinkFloorsOf(conditions),
  ]) {
    if (target.kind !== 'sink' || client === 'null') continue
    const { tls, auth } = target
    wanted.set(keyOf(protocol, target), { protocol, tls, auth, script: scriptOf(target, plan) })
  }
  const listeners = [...wanted.values()]
  const user = 'bench'
  const secret = password(random)
  secrets.addCredentials(user, secret)
  const farSide =
    listeners.length === 0
      ? undefined
      : await startFarSide({
          listeners,
          script: {},
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
