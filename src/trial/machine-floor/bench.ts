import type { Clock } from '../../clock.ts'
import { loadTemplate } from '../../message/corpus.ts'
import { generic } from '../../provider/generic.ts'
import { createRandom } from '../../random.ts'
import type { FloorTrial } from '../../run-store/machine-floor.ts'
import type { Condition } from '../condition.ts'
import { startFarSide } from '../far-side.ts'
import { loadColumns } from '../load-choice.ts'
import { createSecrets } from '../secrets.ts'
import type { Target } from '../target.ts'
import { type Measured, runTrial } from '../trial.ts'

/** Bare sinks in a process of their own, and any condition's trial against them. */
export interface FloorBench extends AsyncDisposable {
  measure(condition: Condition): Promise<{ readonly row: FloorTrial; readonly measured: Measured }>
}

const RUN = 'f1005000'

export async function openFloorBench(clock: Clock, signal: AbortSignal): Promise<FloorBench> {
  const bare = { tls: 'none', auth: false } as const
  const farSide = await startFarSide({
    listeners: [
      { protocol: 'smtp', ...bare },
      { protocol: 'http', ...bare },
    ],
    script: {},
    seed: 'floor',
  })
  const targetOf = ({ protocol }: Condition): Target => {
    const endpoint = farSide.endpoints.find(one => one.protocol === protocol)
    if (!endpoint) throw new Error(`no sink for ${protocol}`)
    const { host, port } = endpoint
    const shared = { address: { host, port }, display: 'sink' }
    return protocol === 'smtp'
      ? { protocol, ...shared, tls: 'none' }
      : { protocol, ...shared, encrypted: false }
  }
  let trials = 0
  return {
    async measure(condition) {
      trials += 1
      const template = await loadTemplate(condition.message, { run: RUN, trial: trials })
      const measured = await runTrial({
        condition,
        target: targetOf(condition),
        template,
        trust: { insecure: false, resume: false },
        provider: generic,
        secrets: createSecrets(),
        clock,
        random: createRandom('floor'),
        signal,
        onSample() {},
      })
      farSide.release(RUN, trials)
      const { label, protocol: transport, client, mode = null, load } = condition
      const { accepted: n, throughput_per_s, latency_p50_ms, latency_p99_ms } = measured.recording.figures
      const row: FloorTrial = {
        label,
        transport,
        client,
        mode,
        users: loadColumns(load).users,
        message_bytes: template.sizeBytes,
        n,
        throughput_per_s,
        latency_p50_ms,
        latency_p99_ms,
        client_cpu_us_per_message: measured.cpuUsPerMessage,
      }
      return { row, measured }
    },
    [Symbol.asyncDispose]: () => farSide[Symbol.asyncDispose](),
  }
}
