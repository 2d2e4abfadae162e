import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { systemClock } from '../clock.ts'
import { ownVersion } from '../version.ts'
import { clockResolutionNs } from './vitals.ts'

/** The libraries whose behaviour is part of what is measured. */
const measured = ['nodemailer', 'undici', 'smtp-server', 'hdr-histogram-js'] as const

const require = createRequire(import.meta.url)

function versionOf(library: string): string {
  try {
    return (
      JSON.parse(readFileSync(require.resolve(`${library}/package.json`), 'utf8')) as { version: string }
    ).version
  } catch {
    return 'unknown'
  }
}

/** What a reader needs to judge whether two runs can be compared. */
export function describeEnvironment(settings: { tlsResume: boolean }): Record<string, unknown> {
  const processors = cpus()
  return {
    mailbench: ownVersion(),
    node: process.version,
    openssl: process.versions.openssl,
    libraries: Object.fromEntries(measured.map(library => [library, versionOf(library)])),
    platform: platform(),
    release: release(),
    arch: arch(),
    cpu: processors[0]?.model ?? 'unknown',
    cpus: availableParallelism(),
    memory_mb: Math.round(totalmem() / 1024 / 1024),
    load_average: loadavg().map(value => Math.round(value * 100) / 100),
    clock_resolution_ns: clockResolutionNs(systemClock),
    tcp_nodelay: true,
    tls_resumption: settings.tlsResume,
  }
}
