import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { NS_PER_MS, systemClock } from '../clock.ts'

/** A TCP segment with payload, as tshark saw it on the loopback interface. */
export interface Segment {
  readonly atS: number
  readonly stream: number
  readonly sourcePort: number
  readonly sizeBytes: number
}

export interface Capture {
  /** Ends it; all that had happened on its port by now. */
  stop(): Promise<Segment[]>
}

const FIELDS = ['frame.time_epoch', 'tcp.stream', 'tcp.srcport', 'tcp.dstport', 'tcp.len']

/** Captures what passes on a port of the loopback interface; it has begun when this resolves. */
export async function startCapture(port: number): Promise<Capture> {
  // Nobody tells when tshark has begun, or has seen everything: segments of our own do.
  const marker = createServer(socket => socket.end('.').on('error', () => {})).listen(0, '127.0.0.1')
  await once(marker, 'listening')
  const markerPort = (marker.address() as AddressInfo).port
  const tshark = spawn(
    'tshark',
    [
      ...['-i', 'lo', '-l', '-n', '-f', `tcp port ${port} or tcp port ${markerPort}`],
      ...['-T', 'fields', '-E', 'separator=,', ...FIELDS.flatMap(field => ['-e', field])],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const ended = once(tshark, 'exit')
  const segments: Segment[] = []
  let marks = 0
  createInterface({ input: tshark.stdout }).on('line', line => {
    const [atS, stream, sourcePort, targetPort, sizeBytes] = line.split(',').map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ]
    if (sourcePort === markerPort) marks += sizeBytes
    else if (targetPort !== markerPort && sizeBytes > 0) segments.push({ atS, stream, sourcePort, sizeBytes })
  })

  /** Makes segments until tshark shows one that was made after this was called. */
  async function mark(): Promise<void> {
    const before = marks
    while (marks === before) {
      if (tshark.exitCode !== null) throw new Error('tshark has ended: is this root?')
      const socket = connect(markerPort, '127.0.0.1').resume()
      await once(socket, 'close')
      await systemClock.sleep(50 * NS_PER_MS)
    }
  }

  await mark()
  return {
    async stop() {
      // One that was on its way when this was called may be older than what we wait for: the next is not.
      await mark()
      await mark()
      tshark.kill('SIGINT')
      await ended
      marker.close()
      return segments
    },
  }
}
