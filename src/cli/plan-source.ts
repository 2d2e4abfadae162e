import { existsSync, readdirSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { UsageError } from '../errors.ts'
import { overlaid, type Plan, planSchema } from '../trial/plan.ts'
import { nearest } from './nearest.ts'
import { flagOf } from './run-options.ts'
import { parseYamlFile } from './yaml-file.ts'
import { foremost, type JsonSchema, wordIssue } from './yaml-issue.ts'

// As far from dist/cli as from src/cli, so that they are found in a published package too.
const home = new URL('../../bench/plans/', import.meta.url)

export function builtInPlans(): string[] {
  return readdirSync(home)
    .filter(file => extname(file) === '.yaml')
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

/** Reads a plan. @throws UsageError naming file, line, field and fix */
export async function readPlan(source: string | undefined): Promise<Plan> {
  if (source === undefined) return { name: INLINE }
  const file = fileOf(source)
  const plan = await parseYamlFile(file, planSchema)
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
  const result = planSchema.safeParse(merged)
  if (result.success) return result.data
  const issue = foremost(result.error.issues)
  if (!issue) throw new Error('a plan was refused without an issue')
  const root = z.toJSONSchema(planSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const field = String(issue.path[0])
  const words = wordIssue(issue, root, false)
  throw new UsageError(words.replace(/^\w+(?:\[\d+\])?/, flagOf(field) ?? field))
}
