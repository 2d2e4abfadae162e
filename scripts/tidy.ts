/**
 * House rules that no linter knows, checked like types are: folders import only lower ranks (docs/design.md),
 * files and functions stay small, and what must have one home is used nowhere else.
 * Run by `npm run check`; exits 1 with one line a finding.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** A folder, or a file directly under src, may import lower ranks and itself. */
const ranks: Record<string, number> = {
  'byte-pages.ts': 0,
  'clock.ts': 0,
  'distribution.ts': 0,
  'errors.ts': 0,
  'figure-text.ts': 0,
  'version.ts': 0,
  'occurrence.ts': 0,
  'phase.ts': 0,
  'prelude.ts': 0,
  'random.ts': 0,
  'share.ts': 0,
  'text-schema.ts': 0,
  'units.ts': 0,
  'virtual-clock.ts': 0,
  'sample.ts': 1,
  message: 1,
  'run-store': 2,
  provider: 2,
  load: 2,
  dial: 2,
  link: 2,
  transport: 3,
  sink: 3,
  stats: 3,
  trial: 4,
  claims: 4,
  probe: 5,
  report: 5,
  gate: 5,
  cli: 6,
  'index.ts': 6,
}

const FILE_LINES_MAX = 300
const FUNCTION_LINES_MAX = 90

interface Ban {
  readonly pattern: RegExp
  readonly instead: string
  /** Files in which it is at home. */
  readonly home: RegExp
}

const bans: readonly Ban[] = [
  { pattern: /\bDate\.now\(|\bnew Date\(\)/, instead: 'a Clock', home: /^src\/clock\.ts$/ },
  { pattern: /\bperformance\.now\(|\bhrtime\b/, instead: 'a Clock', home: /^src\/clock\.ts$|^bench\// },
  { pattern: /\bMath\.random\(/, instead: 'a Random', home: /^$/ },
  {
    pattern: /\bprocess\.exit\(/,
    instead: 'process.exitCode',
    home: /^src\/cli\/(?:main|interrupt)\.ts$|^src\/trial\/side-main\.ts$/,
  },
  {
    pattern: /\b(?:it|test|describe)\.(?:only|skip|todo|runIf|skipIf)\b/,
    instead: 'a test that runs',
    home: /^$/,
  },
  { pattern: /@ts-(?:ignore|expect-error|nocheck)/, instead: 'the right type', home: /^$/ },
  { pattern: /\b(?:TODO|FIXME|XXX)\b/, instead: 'an issue', home: /^scripts\/tidy\.ts$/ },
]

const bannedNames = /(?:^|[-/])(?:utils?|helpers?|common|manager|service|misc)(?:[-.]|$)/

const findings: string[] = []
function report(file: string, line: number, text: string): void {
  findings.push(`${file}:${line}: ${text}`)
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

/** `src/dial/cause.ts` → `dial`; `src/clock.ts` → `clock.ts`. */
const unitOf = (file: string) => file.split('/')[1] ?? ''

function checkImports(file: string, lines: readonly string[]): void {
  const unit = unitOf(file)
  const rank = ranks[unit]
  if (rank === undefined) return report(file, 1, `src/${unit} has no rank: give it one in scripts/tidy.ts`)
  lines.forEach((line, i) => {
    const path = /\bfrom '(\.[^']+)'|\bimport\('(\.[^']+)'\)/.exec(line)
    const target = path && posix.join(posix.dirname(file), path[1] ?? path[2] ?? '')
    if (!target?.startsWith('src/')) return
    const other = unitOf(target)
    const otherRank = ranks[other]
    if (
      other !== unit &&
      !(otherRank !== undefined && otherRank < rank) &&
      !(rank === 0 && otherRank === 0)
    ) {
      report(file, i + 1, `src/${unit} (rank ${rank}) must not import src/${other} (rank ${otherRank})`)
    }
  })
}

/** Functions by their layout, which the formatter guarantees: the closing brace stands under the keyword. */
function checkFunctions(file: string, lines: readonly string[]): void {
  const starts =
    /^( *)(?:export )?(?:default )?(?:async )?(?:function\b|(?:static |override |readonly |async |get |#?\w+ = )*#?\w+\(.*\{$)/
  lines.forEach((line, i) => {
    const match = starts.exec(line)
    if (!match || /^ *(?:if|for|while|switch|return|describe|test|it)\b/.test(line)) return
    const end = lines.findIndex((other, j) => j > i && new RegExp(`^${match[1]}\\}`).test(other))
    if (end - i > FUNCTION_LINES_MAX)
      report(file, i + 1, `a function of ${end - i} lines: at most ${FUNCTION_LINES_MAX}`)
  })
}

function checkFile(file: string): void {
  const text = readFileSync(join(root, file), 'utf8')
  const lines = text.split('\n')
  const isTest = /\.test\.ts$|\/contract\.ts$/.test(file)
  if (bannedNames.test(file.replace(/\.test\.ts$/, '.ts'))) report(file, 1, 'name the thing that it holds')
  if (!isTest && lines.length > FILE_LINES_MAX)
    report(file, 1, `${lines.length} lines: at most ${FILE_LINES_MAX}`)
  if (file.startsWith('src/') && !isTest) checkImports(file, lines)
  if (!isTest) checkFunctions(file, lines)
  for (const { pattern, instead, home } of bans) {
    if (home.test(file) || file === 'scripts/tidy.ts') continue
    lines.forEach((line, i) => {
      if (pattern.test(line)) report(file, i + 1, `${pattern.exec(line)?.[0]} is banned: use ${instead}`)
    })
  }
}

/** A file that nothing imports is dead, unless it is started or tested by itself. */
function checkReachable(files: readonly string[]): void {
  const isEntry =
    /^src\/(?:cli\/(?:main|one-process\.fixture)|index|trial\/(?:echo|far|link)-side-main)\.ts$|\.test\.ts$/
  const imported = new Set<string>()
  for (const file of files) {
    for (const [, path] of readFileSync(join(root, file), 'utf8').matchAll(
      /(?:from |import\(|import )'(\.[^']+)'/g,
    )) {
      imported.add(posix.join(posix.dirname(file), path ?? ''))
    }
  }
  for (const file of files)
    if (!isEntry.test(file) && !imported.has(file)) report(file, 1, 'nothing imports it')
}

const sources = filesUnder('src')
for (const file of [...sources, ...filesUnder('scripts'), ...filesUnder('bench')]) checkFile(file)
checkReachable(sources)

for (const finding of findings) console.error(finding)
if (findings.length > 0) {
  console.error(`tidy: ${findings.length} findings`)
  process.exitCode = 1
} else {
  console.log(`tidy: ${sources.length} source files in order`)
}
