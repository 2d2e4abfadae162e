import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Address } from '../dial/dial.ts'
import { loadTemplate } from '../message/corpus.ts'
import { generic } from '../provider/generic.ts'
import { createRandom } from '../random.ts'
import type { NoticedBlackHole } from '../run-store/doctor-record.ts'
import type { Sample } from '../sample.ts'
import { type Condition, conditionsOf } from '../trial/condition.ts'
import { createSecrets } from '../trial/secrets.ts'
import { runTrial } from '../trial/trial.ts'
import { msOf } from '../units.ts'

/** Clients wait for minutes by themselves: scaled down, for how long they wait is what they are told. */
export const BLACK_HOLE_TIMEOUT_MS = 500

/**
 * A port that swallows everything. To a dialer it is a relay that never says that its far end is connected: the
 * handshake is not over, as it is not when a firewall drops the SYN.
 */
async function openBlackHole(): Promise<AsyncDisposable & { readonly address: Address }> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket.on('error', () => {}).resume())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { address: host, port } = server.address() as AddressInfo
  return {
    address: { host, port },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function noticed(
  condition: Condition,
  relay: Address,
  clock: Clock,
  signal: AbortSignal,
): Promise<NoticedBlackHole[]> {
  const { protocol, client } = condition
  const samples: Sample[] = []
  const shared = { address: relay, display: 'black hole' }
  await runTrial({
    condition,
    target:
      protocol === 'smtp' ? { protocol, ...shared, tls: 'none' } : { protocol, ...shared, encrypted: false },
    relay,
    template: await loadTemplate(condition.message, { run: 'b1ac0001', trial: 1 }),
    trust: { insecure: false, resume: false },
    provider: generic,
    secrets: createSecrets(),
    clock,
    random: createRandom('black hole'),
    signal,
    onSample: sample => samples.push(sample),
  })
  return samples.map(({ startNs, endNs, reply: { outcome, phase = null, cause = null } }) => ({
    client,
    transport: protocol,
    outcome,
    phase,
    cause,
    ms: msOf(endNs - startNs),
  }))
}

/** How long each client takes to notice a port that answers nothing: all of them at the same time, one message each. */
export async function noticeBlackHoles(clock: Clock, signal: AbortSignal): Promise<NoticedBlackHole[]> {
  const conditions = conditionsOf({
    smtp: 'sink',
    api: 'sink',
    client: ['nodemailer', 'undici', 'wire'],
    tls: 'none',
    auth: false,
    connection: 'fresh',
    users: 1,
    messages: 1,
    warmup: 0,
    timeout: `${BLACK_HOLE_TIMEOUT_MS}ms`,
    duration: `${10 * BLACK_HOLE_TIMEOUT_MS}ms`,
  })
  await using hole = await openBlackHole()
  const all = conditions.map(condition => noticed(condition, hole.address, clock, signal))
  return (await Promise.all(all)).flat()
}
