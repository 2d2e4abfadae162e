import type { Random } from '../random.ts'
import type { ScriptSpec } from '../sink/script.ts'
import type { Endpoint } from '../sink/sink.ts'
import type { ListenerSpec } from '../sink/sinks.ts'
import type { Condition, SinkChoice } from './condition.ts'
import { type FarSide, startFarSide } from './far-side.ts'
import { sinkFloorsOf } from './floor.ts'
import { type Prepared, wayOf } from './prepare.ts'
import { rehearsalsOf } from './rehearsal.ts'
import type { HttpTarget, SmtpTarget, Target } from './target.ts'
import { scriptOf } from './target-spec.ts'

/** The local sinks of a run: one listener for each kind that its conditions and their floors ask for. */
export interface LocalSinks extends AsyncDisposable {
  targetOf(condition: Condition): Target | undefined
  readonly farSide: FarSide | undefined
}

/** What a sink answers: its target's temper or the plan's, with what goes wrong under this condition. */
function scriptFor(prepared: Prepared, condition: Condition, choice: SinkChoice): ScriptSpec {
  if (choice.bare) return {}
  const way = wayOf(prepared, condition)
  const { faults: _placed, ...temper } = (way && scriptOf(way)) ?? prepared.plan.script ?? {}
  const { faults = [] } = choice
  return { ...temper, ...(faults.length > 0 && { faults: [...faults] }) }
}

/** A secret of this run's own: any client but ours is refused. */
function password(random: Random): string {
  return Array.from({ length: 24 }, () => random.integer(36).toString(36)).join('')
}

function smtpTarget(
  { host, port, tls }: Endpoint,
  auth: boolean,
  user: string,
  secret: string,
): Omit<SmtpTarget, 'display'> {
  return {
    protocol: 'smtp',
    address: { host, port },
    tls: tls === 'starttls' ? 'required' : tls,
    ...(auth && { credentials: { user, password: secret } }),
  }
}

function httpTarget(
  { host, port, tls }: Endpoint,
  auth: boolean,
  secret: string,
): Omit<HttpTarget, 'display'> {
  return {
    protocol: 'http',
    address: { host, port },
    encrypted: tls === 'implicit',
    ...(auth && { key: secret }),
  }
}

/** Opens what the conditions need, in one process of its own; none, when all targets are URLs. */
export async function openLocalSinks(prepared: Prepared, random: Random): Promise<LocalSinks> {
  const { conditions, anatomies, seed, secrets } = prepared
  const keyOf = (condition: Condition, choice: SinkChoice) =>
    JSON.stringify([
      // What one target's throttle answers does not depend on another's load.
      choice.bare ? undefined : condition.targetName,
      condition.protocol,
      choice.tls,
      choice.auth,
      scriptFor(prepared, condition, choice),
    ])
  const wanted = new Map<string, ListenerSpec>()
  for (const condition of [
    ...conditions,
    ...anatomies,
    ...rehearsalsOf(conditions),
    ...sinkFloorsOf(conditions),
  ]) {
    const { protocol, target, client } = condition
    if (target.kind !== 'sink' || client === 'null') continue
    const { tls, auth } = target
    const script = scriptFor(prepared, condition, target)
    wanted.set(keyOf(condition, target), { protocol, tls, auth, script })
  }
  const user = 'bench'
  const secret = password(random)
  const wrong = password(random)
  secrets.addCredentials(user, secret)
  secrets.addCredentials(user, wrong)
  const farSide =
    wanted.size === 0
      ? undefined
      : await startFarSide({
          listeners: [...wanted.values()],
          script: {},
          seed,
          users: [{ user, password: secret }],
          keys: [secret],
        })
  const endpoints = new Map([...wanted.keys()].map((key, i) => [key, farSide?.endpoints[i]]))
  return {
    farSide,
    targetOf(condition) {
      const { protocol, target, client, targetName } = condition
      if (target.kind !== 'sink') return undefined
      const endpoint = endpoints.get(keyOf(condition, target))
      // The null transport touches nothing: an address that is never dialled.
      const reached =
        endpoint ??
        (client === 'null' ? { protocol, host: '127.0.0.1', port: 9, tls: target.tls } : undefined)
      if (!reached) return undefined
      const given = target.wrong ? wrong : secret
      const display = targetName === undefined ? 'sink' : `sink:${targetName}`
      return protocol === 'smtp'
        ? { ...smtpTarget(reached, target.auth, user, given), display }
        : { ...httpTarget(reached, target.auth, given), display }
    },
    async [Symbol.asyncDispose]() {
      await farSide?.[Symbol.asyncDispose]()
    },
  }
}
