import { UsageError } from '../errors.ts'
import { linkFault, linkRttNs } from '../link/link.ts'
import type { Condition } from './condition.ts'
import { dueWithin } from './load-choice.ts'

/** What this machine lets a process have. */
export interface Resources {
  /** undefined where nobody says, as on Windows. */
  readonly openFiles: number | undefined
  readonly memoryBytes: number
}

export function ownResources(): Resources {
  // A report names the peer of every socket, which may take a resolver seconds each, unless told otherwise.
  const report = Object.assign(process.report, { excludeNetwork: true })
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft: number | string } } }
  const openFiles = Number(userLimits?.open_files?.soft)
  return {
    openFiles: Number.isFinite(openFiles) ? openFiles : undefined,
    memoryBytes: process.availableMemory(),
  }
}

/** Standard streams, event loop, pipes to other processes, files of the run: 40, and a few to spare. */
const OTHER_FILES = 48
/** Of a connection under TLS in the generator and in the sink. */
const CONNECTION_BYTES = 200 * 1024
/** Of a message in flight: what it is made of, its encoded forms, what waits to be sent; measured at 16 MB. */
const COPIES = 8
/** Outcome and receipt of a submission, and what is copied of them in the end. */
const SUBMISSION_BYTES = 4
/** Sinks count no message beyond this index. */
const SUBMISSIONS_MAX = 2 ** 26

/** Connections that are certainly open at the same time. A fresh one belongs to one message in flight. */
function connectionsOf({ client, connections, connection, load }: Condition): number {
  if (client === 'null') return 0
  if (load.kind !== 'closed') return connection === 'fresh' ? 1 : connections
  return connection === 'fresh' ? load.users : Math.min(load.users, connections)
}

/** A relay holds both ends of a connection. */
const filesOf = (condition: Condition) =>
  connectionsOf(condition) * (linkRttNs(condition.link) > 0 || linkFault(condition.link) !== '' ? 2 : 1)

/** Only an open load says how many come due; a closed one ends when its time is over. */
function submissionsOf({ load, messages, durationNs, warmup }: Condition): number {
  if (load.kind === 'closed') return 0
  return Math.min(messages, dueWithin(load, durationNs)) + Math.min(warmup.messages, SUBMISSIONS_MAX)
}

function memoryOf(condition: Condition, messageBytes: number): number {
  const { load, client } = condition
  const inFlight = load.kind === 'closed' ? load.users : connectionsOf(condition)
  return (
    connectionsOf(condition) * CONNECTION_BYTES +
    (client === 'null' ? 0 : inFlight * messageBytes * COPIES) +
    submissionsOf(condition) * SUBMISSION_BYTES
  )
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MB`

/**
 * Refuses what would run out of files or memory in the middle of it, and be measured as failures of servers.
 * @throws UsageError saying what is needed, what there is, and how to get by
 */
export function checkResources(
  condition: Condition,
  messageBytes: number,
  { openFiles, memoryBytes }: Resources,
): void {
  const { label } = condition
  const files = filesOf(condition) + OTHER_FILES
  if (openFiles !== undefined && files > openFiles)
    throw new UsageError(
      `--connections: "${label}" needs ${files} open files, and this process may have ${openFiles}: raise the limit (ulimit -n ${files}), or take fewer users or connections`,
    )
  if (submissionsOf(condition) > SUBMISSIONS_MAX)
    throw new UsageError(
      `--duration: "${label}" would send ${submissionsOf(condition)} messages, at most ${SUBMISSIONS_MAX} fit a trial: shorten it, or repeat it`,
    )
  const memory = memoryOf(condition, messageBytes)
  if (memory > memoryBytes)
    throw new UsageError(
      `--users: "${label}" needs about ${megabytes(memory)} of memory, and there are ${megabytes(memoryBytes)}: take fewer users or connections, or smaller messages`,
    )
}
