import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { NS_PER_MS, systemClock } from '../../src/clock.ts'
import type { ListenerSpec } from '../../src/sink/sinks.ts'
import { startFarSide } from '../../src/trial/far-side.ts'
import { ended, kept } from '../worker/children.ts'
import { startWorker } from '../worker/worker.ts'
import type { OpenReceiver, Receiver, Stage } from './stage.ts'
import { environment } from './timed.ts'

const host = '127.0.0.1'

/** A port that is free now: the daemons cannot be told to take any. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, host, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Starts a daemon in the foreground, and waits until it listens. */
async function startDaemon(
  { stack, folder }: Stage,
  command: string,
  args: readonly string[],
  port: number,
): Promise<number> {
  const child = kept(
    spawn(command, args, { cwd: folder, env: environment, stdio: ['ignore', 'ignore', 'inherit'] }),
  )
  await once(child, 'spawn')
  stack.defer(() => ended(child))
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (tries === 100 || child.exitCode !== null)
      throw new Error(`${command} does not listen on port ${port}`)
    await systemClock.sleep(20 * NS_PER_MS)
  }
  return child.pid ?? 0
}

/** Postfix's own sink. It offers PIPELINING, and not CHUNKING (3.7). */
export const smtpSink: OpenReceiver = async stage => {
  const port = await freePort()
  const asRoot = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const pid = await startDaemon(stage, 'smtp-sink', [...asRoot, `${host}:${port}`, '1024'], port)
  return { name: 'smtp-sink', address: { host, port }, pid }
}

/**
 * `return` alone would answer before the body has come: the echo module, which Debian's nginx-light brings,
 * reads it first. One worker, no log, connections that are never closed.
 */
const nginxConfig = (port: number) => `
load_module /usr/lib/nginx/modules/ngx_http_echo_module.so;
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  client_body_buffer_size 64k;
  client_body_temp_path nginx-temp;
  proxy_temp_path nginx-temp;
  fastcgi_temp_path nginx-temp;
  uwsgi_temp_path nginx-temp;
  scgi_temp_path nginx-temp;
  server {
    listen ${host}:${port} backlog=1024;
    default_type application/json;
    location = /send { echo_read_request_body; echo_exec /taken; }
    location = /taken { internal; return 202 '{"id":"0badcafe-1-00000000"}'; }
  }
}
`

export const nginx: OpenReceiver = async stage => {
  const port = await freePort()
  const config = join(stage.folder, 'nginx.conf')
  writeFileSync(config, nginxConfig(port))
  // Its messages before it has read where they go: to the same place.
  const args = ['-p', stage.folder, '-c', config, '-e', 'stderr']
  const pid = await startDaemon(stage, 'nginx', args, port)
  return { name: 'nginx', address: { host, port }, pid }
}

export const bareHttp: OpenReceiver = async ({ stack }) => {
  const worker = stack.use(startWorker<object, number>(new URL('bare-http-main.ts', import.meta.url)))
  return { name: 'bare node:http', address: { host, port: await worker.ask({}) }, pid: worker.pid }
}

/** One of our sinks: the process that every run starts. */
export function ourSink(name: string, listener: ListenerSpec): OpenReceiver {
  return async ({ stack }): Promise<Receiver> => {
    const farSide = stack.use(await startFarSide({ listeners: [listener], script: {}, seed: 'peers' }))
    const [endpoint] = farSide.endpoints
    if (!endpoint) throw new Error(`${name} has no endpoint`)
    return { name, address: { host: endpoint.host, port: endpoint.port }, pid: farSide.pid }
  }
}
