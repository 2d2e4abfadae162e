import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { vi } from 'vitest'
import { type MailLog, parseMailLog } from './mail-log.fixture.ts'

/** The Postfix that scripts/system-test.sh started, and how it is reached. */
export interface Postfix {
  readonly user: string
  readonly password: string
  /** Authority that signed its certificate, PEM. */
  readonly caFile: string
  readonly submissionPort: number
  readonly smtpsPort: number
  /** A domain whose recipients it refuses with 550 5.1.1. */
  readonly refusedDomain: string
  /** A domain whose mail is kept, a file a message, in `keptDir`. */
  readonly keptDomain: string
  readonly keptDir: string
  /** Where runs may write; removed with the servers. */
  readonly runsDir: string
  /** What is logged from now on, as often as it is asked. A stop may lose its last lines: postlogd stops as well. */
  watchLog(): () => MailLog
  /** Whole messages that it has taken and not delivered. */
  queued(): number
  /** Message-ID of every message in `keptDir`, twice when it was taken twice. */
  kept(): string[]
  /** Ends smtpd processes at once, as a crash would; their master starts new ones. Returns how many. */
  killSmtpd(): number
  stop(): Promise<void>
  start(): Promise<void>
}

function variable(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run npm run test:system, which starts the servers`)
  return value
}

/** Parent's pid and name of a process, from /proc/PID/stat (proc(5)); undefined once it is gone. */
function processOf(pid: number): { name: string; parent: number } | undefined {
  try {
    const [, name = '', parent] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? []
    return { name, parent: Number(parent) }
  } catch {
    return undefined
  }
}

function childrenOf(parent: number, name: string): number[] {
  return readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .map(Number)
    .filter(pid => {
      const found = processOf(pid)
      return found?.parent === parent && found.name === name
    })
}

const filesIn = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))

/** cleanup(8) makes a queue file executable once it is whole; what a stop cut off stays as it was. */
function isWhole(queueFile: string): boolean {
  const stats = statSync(queueFile, { throwIfNoEntry: false })
  return stats !== undefined && (stats.mode & 0o100) !== 0
}

export function postfixFromEnvironment(): Postfix {
  const dir = variable('MAILBENCH_SYSTEM_DIR')
  const logFile = join(dir, 'mail.log')
  const command = async (verb: 'start' | 'stop') =>
    void (await promisify(execFile)('postfix', ['-c', join(dir, 'etc'), verb]))
  const keptDir = join(dir, 'kept')
  return {
    user: 'bench',
    password: variable('MAILBENCH_SYSTEM_PASSWORD'),
    caFile: join(dir, 'tls/ca.pem'),
    submissionPort: Number(variable('MAILBENCH_SYSTEM_SUBMISSION_PORT')),
    smtpsPort: Number(variable('MAILBENCH_SYSTEM_SMTPS_PORT')),
    refusedDomain: variable('MAILBENCH_SYSTEM_REFUSED_DOMAIN'),
    keptDomain: variable('MAILBENCH_SYSTEM_KEPT_DOMAIN'),
    keptDir,
    runsDir: join(dir, 'runs'),
    watchLog() {
      const from = statSync(logFile).size
      return () => parseMailLog(readFileSync(logFile).subarray(from).toString('utf8'))
    },
    queued() {
      const files = ['incoming', 'active', 'deferred'].flatMap(queue => filesIn(join(dir, 'queue', queue)))
      return files.filter(isWhole).length
    },
    kept() {
      const files = readdirSync(keptDir).filter(file => !file.startsWith('.'))
      const texts = files.map(file => readFileSync(join(keptDir, file), 'latin1'))
      return texts.map(text => /^Message-ID: (<.*>)$/im.exec(text)?.[1] ?? 'none')
    },
    killSmtpd() {
      const master = Number(readFileSync(join(dir, 'queue/pid/master.pid'), 'utf8'))
      const pids = childrenOf(master, 'smtpd')
      for (const pid of pids) process.kill(pid, 'SIGKILL')
      return pids.length
    },
    stop: () => command('stop'),
    start: () => command('start'),
  }
}

/** Waits until the log says `enough`: Postfix delivers and logs after it has answered. */
export async function logOnce(log: () => MailLog, enough: (log: MailLog) => boolean): Promise<MailLog> {
  return vi.waitFor(
    () => {
      const now = log()
      if (enough(now)) return now
      const { queued, delivered, users } = now
      throw new Error(
        `Postfix logged ${users.length} transactions, ${queued.length} queued, ${delivered.length} delivered`,
      )
    },
    { timeout: 30_000, interval: 50 },
  )
}
