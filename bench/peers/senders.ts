import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generic } from '../../src/provider/generic.ts'
import type { Plan } from '../../src/trial/plan.ts'
import type { Target } from '../../src/trial/target.ts'
import { startTrials } from '../worker/trial.ts'
import { startWorker } from '../worker/worker.ts'
import type { AutocannonQuestion, AutocannonReport } from './autocannon-main.ts'
import { CONNECTIONS, DEPTH, type OpenSender, type Sent, type Stage } from './stage.ts'
import { timed } from './timed.ts'

/** How long those send that are bounded by time. */
const SPAN_S = 2

const request = ({ message }: Stage) => generic.request(message, undefined)

/** A number out of a tool's report. @throws with the report, when it is not there */
function numberIn(output: string, pattern: RegExp): number {
  const found = pattern.exec(output)?.[1]
  if (found === undefined) throw new Error(`no ${pattern.source} in:\n${output}`)
  return Number(found)
}

/**
 * Postfix's own load generator; `-d` sends all on kept connections. It reports nothing: its time is the whole
 * command's, of which starting it and opening ten connections is about a hundredth.
 */
export const smtpSource: OpenSender = async ({ host, port }, { folder, message }) => {
  const file = join(folder, 'message.eml')
  writeFileSync(file, message.raw().toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
  const { from, to } = message.envelope
  const messages = 20_000
  const counts = ['-s', String(CONNECTIONS), '-m', String(messages)]
  const args = ['-d', ...counts, '-f', from, '-t', to[0] ?? '', '-F', file, `${host}:${port}`]
  return {
    name: 'smtp-source -d',
    async send() {
      const { wallS, cpuUs } = await timed('smtp-source', args)
      return { messages, seconds: wallS, cpuUs }
    },
  }
}

/** Requests as a script for wrk: one at a time, or `depth` in one write, and more when all are answered. */
function wrkScript({ path, headers, body }: ReturnType<typeof request>, depth: number): string {
  const fields = Object.entries(headers).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`)
  return [
    'wrk.method = "POST"',
    ...fields,
    `wrk.body = ${JSON.stringify(body.toString('latin1'))}`,
    `function init() requests = string.rep(wrk.format(nil, "${path}"), ${depth}) end`,
    'function request() return requests end',
  ].join('\n')
}

function wrkOf(depth: number): OpenSender {
  return async ({ host, port }, stage) => {
    const script = join(stage.folder, `wrk-${depth}.lua`)
    writeFileSync(script, wrkScript(request(stage), depth))
    const url = `http://${host}:${port}${request(stage).path}`
    return {
      name: depth === 1 ? 'wrk' : `wrk, ${depth} in flight`,
      async send(): Promise<Sent> {
        const args = ['-t1', `-c${CONNECTIONS}`, `-d${SPAN_S}s`, '-s', script, url]
        const { output, cpuUs } = await timed('wrk', args)
        if (/Non-2xx|Socket errors/.test(output)) throw new Error(output)
        const messages = numberIn(output, /(\d+) requests in /)
        return { messages, seconds: messages / numberIn(output, /Requests\/sec:\s+([\d.]+)/), cpuUs }
      },
    }
  }
}

export const wrk = wrkOf(1)
export const wrkPipelined = wrkOf(DEPTH)

/** Pipelines no requests that have a body, whatever `-m` says (1.52): only one at a time. */
export const h2load: OpenSender = async ({ host, port }, stage) => {
  const { path, headers, body } = request(stage)
  const file = join(stage.folder, 'body.json')
  writeFileSync(file, body)
  const fields = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const messages = 30_000
  const sizes = ['-t', '1', '-c', String(CONNECTIONS), '-n', String(messages)]
  const args = ['--h1', ...sizes, '-d', file, ...fields, `http://${host}:${port}${path}`]
  return {
    name: 'h2load --h1',
    async send() {
      const { output, cpuUs } = await timed('h2load', args)
      if (numberIn(output, /(\d+) 2xx/) !== messages) throw new Error(output)
      return { messages, seconds: messages / numberIn(output, /([\d.]+) req\/s/), cpuUs }
    },
  }
}

/** In a Node process of its own that stays, as our clients do: it need not compile itself anew each time. */
function autocannonOf(depth: number): OpenSender {
  return async ({ host, port }, stage) => {
    const { path, headers, body } = request(stage)
    const worker = stage.stack.use(
      startWorker<AutocannonQuestion, AutocannonReport>(new URL('autocannon-main.ts', import.meta.url)),
    )
    return {
      name: depth === 1 ? 'autocannon' : `autocannon, ${depth} in flight`,
      send: () =>
        worker.ask({
          url: `http://${host}:${port}${path}`,
          headers,
          body: Buffer.from(body),
          connections: CONNECTIONS,
          pipelining: depth,
          durationS: SPAN_S,
        }),
    }
  }
}

export const autocannon = autocannonOf(1)
export const autocannonPipelined = autocannonOf(DEPTH)

/** Of our clients, on the connections that are then measured. */
export const WARM_UP = 500

/** One of our clients: the whole product, in a process of its own. */
export function mailbench(
  name: string,
  protocol: 'smtp' | 'http',
  messages: number,
  fields: Plan,
): OpenSender {
  return async (address, { stack }) => {
    const trials = stack.use(startTrials())
    const target: Target =
      protocol === 'smtp'
        ? { protocol, address, tls: 'none', display: 'peer' }
        : { protocol, address, encrypted: false, display: 'peer' }
    const plan = {
      users: CONNECTIONS,
      connections: CONNECTIONS,
      size: '1kb',
      warmup: WARM_UP,
      ...fields,
      messages,
    }
    return {
      name,
      async send() {
        const { ratePerS, cpuUsPerMessage } = await trials.ask({ fields: plan, target })
        return { messages, seconds: messages / ratePerS, cpuUs: messages * cpuUsPerMessage }
      },
    }
  }
}
