import { createHash } from 'node:crypto'

const DIGEST_LENGTH = 12

/** The order of keys is of no meaning in JSON, and may not be of any here. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(fields.map(([key, field]) => [key, canonical(field)]))
}

/** Short, and equal for values that are equal as JSON. */
export const digestOf = (value: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(canonical(value)))
    .digest('hex')
    .slice(0, DIGEST_LENGTH)

const text = (value: unknown) => (value === undefined || value === null ? 'unknown' : String(value))

/**
 * `linux-x64-2cpu-1a2b3c4d5e6f`, of a run's environment: equal for machines of one kind, as those of a CI provider are.
 * The system's release is not in it: one that changes a figure is a change that a history is there to show.
 */
export function machineOf({ platform, arch, cpu, cpus }: Readonly<Record<string, unknown>>): string {
  return `${text(platform)}-${text(arch)}-${text(cpus)}cpu-${digestOf({ cpu })}`
}
