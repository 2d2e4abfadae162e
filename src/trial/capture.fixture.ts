import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposable, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { type Nanoseconds, NS_PER_MS, NS_PER_S, systemClock } from '../clock.ts'

/** A TCP segment with data, as the kernel saw it pass. */
export interface Segment {
  /** Since the first segment of the capture. */
  readonly atNs: Nanoseconds
  /** Of which connection, counted from 0. */
  readonly stream: number
  readonly fromServer: boolean
  readonly sizeBytes: number
  /** Its first bytes. */
  readonly text: string
}

export interface Capture extends AsyncDisposable {
  /** All that has passed until now. @throws when the kernel had to drop some */
  end(): Promise<readonly Segment[]>
}

/** Of each packet: IPv6, TCP with all options, and then enough to tell what begins. */
const SNAP_BYTES = 40 + 60 + 60
/** dumpcap reads what the kernel has gathered every quarter of a second: a file that grows no more is complete. */
const QUIET_NS = 400 * NS_PER_MS

async function untilQuiet(file: string): Promise<void> {
  let before = -1
  for (let size = (await stat(file)).size; size !== before; size = (await stat(file)).size) {
    before = size
    await systemClock.sleep(QUIET_NS)
  }
}

/** `1795637158.805635422` as nanoseconds since `originS`: the whole is too long for a double. */
function instantNs(epoch: string, originS: number): Nanoseconds {
  const [seconds = '', fraction = ''] = epoch.split('.')
  return (Number(seconds) - originS) * NS_PER_S + Number(fraction.padEnd(9, '0'))
}

const FIELDS = ['frame.time_epoch', 'tcp.stream', 'tcp.srcport', 'tcp.len', 'tcp.payload']

async function readSegments(file: string, port: number): Promise<Segment[]> {
  const fields = FIELDS.flatMap(field => ['-e', field])
  const { stdout } = await promisify(execFile)(
    'tshark',
    ['-n', '-r', file, '-Y', 'tcp.len > 0', '-T', 'fields', ...fields],
    { maxBuffer: 2 ** 28 },
  )
  const lines = stdout.trimEnd().split('\n')
  const originS = Number(/^\d+/.exec(lines[0] ?? '')?.[0])
  return lines.map(line => {
    const [epoch = '', stream, source, size, payload = ''] = line.split('\t')
    return {
      atNs: instantNs(epoch, originS),
      stream: Number(stream),
      fromServer: Number(source) === port,
      sizeBytes: Number(size),
      text: Buffer.from(payload, 'hex').toString('latin1'),
    }
  })
}

/** Captures what passes on loopback from and to a server's port, from the moment it resolves. Linux, as root. */
export async function startCapture(port: number): Promise<Capture> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'mailbench-capture-'))
  const file = join(folder.path, `port-${port}.pcapng`)
  const filter = ['-i', 'lo', '-f', `tcp port ${port}`, '-s', String(SNAP_BYTES)]
  const child = spawn('dumpcap', ['-q', ...filter, '-w', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const closed = once(child, 'close')
  const said: string[] = []
  const started = Promise.withResolvers<void>()
  createInterface({ input: child.stderr })
    .on('line', line => {
      said.push(line)
      // It says so once it listens.
      if (line.startsWith('File: ')) started.resolve()
    })
    .on('close', () => started.reject(new Error(`dumpcap did not start: ${said.join(' ')}`)))
  await started.promise
  return {
    async end() {
      await untilQuiet(file)
      child.kill('SIGINT')
      await closed
      const dropped = /received\/dropped on interface .*: \d+\/(\d+)/.exec(said.join('\n'))?.[1]
      if (dropped !== '0') throw new Error(`packets are missing: ${said.join(' ')}`)
      return readSegments(file, port)
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        child.kill('SIGINT')
        await closed
      }
      await folder.remove()
    },
  }
}

/**
 * How long each message was under way, of one client that has one in flight: from the segment that begins it to
 * the last that the server sends before the next begins, or before QUIT.
 */
export function messageSpansNs(segments: readonly Segment[], begins: RegExp): Nanoseconds[] {
  const spans: Nanoseconds[] = []
  let beganNs: Nanoseconds | undefined
  let answeredNs: Nanoseconds = 0
  const close = () => {
    if (beganNs !== undefined) spans.push(answeredNs - beganNs)
    beganNs = undefined
  }
  for (const { atNs, fromServer, text } of segments) {
    if (fromServer) answeredNs = atNs
    else if (begins.test(text) || text.startsWith('QUIT')) {
      close()
      if (!text.startsWith('QUIT')) beganNs = atNs
    }
  }
  close()
  return spans
}
