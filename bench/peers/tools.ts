import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../src/errors.ts'
import { cacheFolder } from './cache.ts'

/** Debian's packages, and one of npm's. */
export type Tool = 'postfix' | 'wrk' | 'nghttp2-client' | 'nginx-light' | 'autocannon'

const AUTOCANNON = '9.0.0'

function autocannonVersion(): string | undefined {
  try {
    const file = join(cacheFolder, 'node_modules/autocannon/package.json')
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
  } catch {
    return undefined
  }
}

function provideAutocannon(): string {
  if (autocannonVersion() !== AUTOCANNON) {
    console.error(`bench:peers: installing autocannon ${AUTOCANNON} in node_modules/.cache`)
    mkdirSync(cacheFolder, { recursive: true })
    const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
    const { status } = spawnSync(
      'npm',
      ['install', '--prefix', cacheFolder, ...options, `autocannon@${AUTOCANNON}`],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    if (status !== 0) throw new UsageError('autocannon: npm could not install it')
  }
  return AUTOCANNON
}

function debianVersion(name: string): string {
  const fields = execFileSync('dpkg-query', ['--status', name], { encoding: 'utf8' })
  return /^Version: (.+)$/m.exec(fields)?.[1] ?? 'unknown'
}

function provideDebian(packages: readonly string[]): Record<string, string> {
  const script = fileURLToPath(new URL('../../scripts/debian-packages.sh', import.meta.url))
  const { status } = spawnSync('bash', [script, ...packages], { stdio: ['ignore', 'inherit', 'inherit'] })
  // It has said why.
  if (status !== 0)
    throw new UsageError('bench:peers: what can run without these: npm run bench:peers -- library')
  return Object.fromEntries(packages.map(name => [name, debianVersion(name)]))
}

/** Installs what is missing. Returns versions. @throws UsageError when it cannot be had here */
export function provide(tools: ReadonlySet<Tool>): Record<string, string> {
  const packages = [...tools].filter(tool => tool !== 'autocannon')
  return {
    ...(packages.length > 0 && provideDebian(packages)),
    ...(tools.has('autocannon') && { autocannon: provideAutocannon() }),
  }
}
