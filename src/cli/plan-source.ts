import { existsSync, readdirSync } from 'node:fs'
import { basename, extname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { messageOf, UsageError } from '../errors.ts'
import { overlaid, type Plan, planSchema } from '../trial/plan.ts'
import { nearest } from './nearest.ts'
import { flagOf } from './run-options.ts'
import { parseYamlFile } from './yaml-file.ts'
import { foremost, jsonSchemaOf, wordIssue } from './yaml-issue.ts'

// As far from dist/cli as from src/cli, so that they are found in a published package too.
const home = new URL('../../bench/plans/', import.meta.url)

/** Not those that are there to be copied: `NAME.example.yaml`. */
export function builtInPlans(): string[] {
  return readdirSync(home)
    .filter(file => extname(file) === '.yaml' && !file.endsWith('.example.yaml'))
    .map(file => basename(file, '.yaml'))
    .sort()
}

/** A file, when it looks like one or there is one; otherwise a built-in plan. @throws UsageError */
function fileOf(source: string): string {
  const builtIn = builtInPlans()
  if (builtIn.includes(source)) return fileURLToPath(new URL(`${source}.yaml`, home))
  if (existsSync(source) || /[./\\]/.test(source)) return source
  const close = nearest(source, builtIn)
  const known = close ? `did you mean "${close}"?` : `built in are ${builtIn.join(', ')}`
  throw new UsageError(`there is no plan "${source}": ${known}`)
}

/** What a plan that is given by flags alone is called. */
const INLINE = 'inline'

const isProgram = (file: string) => /\.[cm]?[jt]s$/.test(file)

/**
 * A plan as a module: `export default {…}` or `export const plan = {…}`. Loading it runs its code.
 * @throws UsageError naming file, field and fix
 */
async function importPlan(file: string): Promise<Plan> {
  let module: { default?: unknown; plan?: unknown }
  try {
    module = await import(pathToFileURL(resolve(file)).href)
  } catch (error) {
    const [line = ''] = messageOf(error).split('\n')
    throw new UsageError(`${file}: cannot be loaded: ${line}`, { cause: error })
  }
  const value = module.default ?? module.plan
  if (value === undefined) throw new UsageError(`${file}: exports no plan: write export default { … }`)
  return checkedPlan(value, words => `${file}: ${words}`)
}

/** @throws UsageError whose line is made by `place` from what is wrong */
function checkedPlan(value: unknown, place: (words: string, field: string) => string): Plan {
  const result = planSchema.safeParse(value)
  if (result.success) return result.data
  const issue = foremost(result.error.issues)
  if (!issue) throw new Error('a plan was refused without an issue')
  throw new UsageError(place(wordIssue(issue, jsonSchemaOf(planSchema), value), String(issue.path[0])))
}

/** Reads a plan. @throws UsageError naming file, line, field and fix */
export async function readPlan(source: string | undefined): Promise<Plan> {
  if (source === undefined) return { name: INLINE }
  const file = fileOf(source)
  const plan = isProgram(file) ? await importPlan(file) : await parseYamlFile(file, planSchema)
  return { ...plan, name: plan.name ?? nameOf(file) }
}

const nameOf = (file: string) =>
  basename(file, extname(file))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 41) || 'plan'

/** Lays the command line over a plan: a flag wins over the plan's top and over each of its blocks. */
export function withFlags(plan: Plan, fields: Readonly<Record<string, unknown>>): Plan {
  const without = (block: object) =>
    Object.fromEntries(Object.entries(overlaid(block, fields)).filter(([field]) => !(field in fields)))
  const merged = {
    ...overlaid(plan, fields),
    ...(plan.conditions && { conditions: plan.conditions.map(without) }),
  }
  return checkedPlan(merged, (words, field) => words.replace(/^\w+(?:\[\d+\])?/, flagOf(field) ?? field))
}
