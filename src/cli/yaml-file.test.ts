import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { UsageError } from '../errors.ts'
import { scriptSpec } from '../sink/script.ts'
import { parseYamlFile } from './yaml-file.ts'

const schema = z.strictObject({
  users: z.int().min(1).default(1),
  rate: z.number().positive().max(1000).optional(),
  client: z.enum(['undici', 'wire']).optional(),
  trials: z.array(z.strictObject({ name: z.string().min(1), live: z.boolean().optional() })).optional(),
  labels: z.record(z.string(), z.int()).optional(),
  script: scriptSpec.optional(),
})

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailbench-yaml-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function write(text: string): Promise<string> {
  const path = join(folder, 'plan.yaml')
  await writeFile(path, text)
  return path
}

/** The message without the folder. */
async function complaint(text: string): Promise<string> {
  const error = await parseYamlFile(await write(text), schema).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UsageError)
  return (error as Error).message.replace(`${folder}/`, '')
}

describe('a YAML file', () => {
  it('is read, with its defaults filled in', async () => {
    const plan = await parseYamlFile(await write('client: wire\ntrials:\n  - name: a\n'), schema)
    expect(plan).toEqual({ users: 1, client: 'wire', trials: [{ name: 'a' }] })
  })

  it('may be JSON, or empty', async () => {
    expect(await parseYamlFile(await write('{"users": 3}'), schema)).toEqual({ users: 3 })
    expect(await parseYamlFile(await write('# nothing yet\n'), schema)).toEqual({ users: 1 })
  })

  it.each([
    ['a wrong type', '\nusers: many', 'plan.yaml:2: users: must be a whole number of at least 1'],
    ['a value out of range', 'users: 0', 'plan.yaml:1: users: must be a whole number of at least 1'],
    ['a fraction', 'users: 1.5', 'plan.yaml:1: users: must be a whole number of at least 1'],
    ['two bounds', 'rate: 0', 'plan.yaml:1: rate: must be a number of more than 0 and of at most 1000'],
    ['a choice', 'client: curl', 'plan.yaml:1: client: must be one of undici, wire'],
    [
      'a misspelt choice',
      'users: 1\nclient: undicy',
      'plan.yaml:2: client: "undicy" is not known: did you mean "undici"?',
    ],
    ['a record’s value', 'labels:\n  a: 1\n  b: x', 'plan.yaml:3: labels.b: must be a whole number'],
    [
      'an entry of a list',
      'trials:\n  - name: a\n  - name: b\n    live: 3',
      'plan.yaml:4: trials[1].live: must be true or false',
    ],
    [
      'a field that is missing',
      'users: 1\ntrials:\n  - live: true',
      'plan.yaml:3: trials[0].name: is missing: give text that is not empty',
    ],
    ['a misspelt key', 'users: 1\nclinet: wire', 'plan.yaml:2: unknown key "clinet": did you mean "client"?'],
    [
      'a misspelt key in place of one that is needed',
      'trials:\n  - nane: a',
      'plan.yaml:2: trials[0]: unknown key "nane": did you mean "name"?',
    ],
    [
      'a key like no other',
      'script:\n  colour: red',
      'plan.yaml:2: script: unknown key "colour": known are think, reject, defer, throttle, faults',
    ],
    [
      'a value that the schema itself words',
      'script:\n  think: soon',
      'plan.yaml:2: script.think: "soon" is no duration: write a number and us, ms, s, m or h, as in 10s',
    ],
    [
      'a branch of a union that was begun',
      'script:\n  think:\n    lognormal:\n      median: 5ms\n      p9: 40ms',
      'plan.yaml:5: script.think.lognormal: unknown key "p9": did you mean "p99"?',
    ],
    [
      'a union none of which fits',
      'script:\n  think: 5',
      'plan.yaml:2: script.think: must be a duration such as 5ms, or a mapping with constant, exponential or lognormal',
    ],
    [
      'something else than a mapping',
      '- users: 1',
      'plan.yaml:1: must be a mapping with users, rate, client, trials, labels, script',
    ],
    ['a key given twice', 'users: 1\nusers: 2', 'plan.yaml:2: Map keys must be unique'],
    [
      'no YAML',
      'users: 1\nrate: [',
      'plan.yaml:2: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ])('is refused in one line that says where: %s', async (_case, text, message) => {
    expect(await complaint(text)).toBe(message)
  })

  it('is refused when its aliases explode', async () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`)
    expect(await complaint(`l0: &l0 [a]\n${levels.join('\n')}`)).toMatch(/^plan\.yaml: Excessive alias count/)
  })

  it('is refused when it cannot be read', async () => {
    await expect(parseYamlFile(join(folder, 'none.yaml'), schema)).rejects.toThrow(/there is no such file$/)
    await expect(parseYamlFile(folder, schema)).rejects.toThrow(/it is a folder: name a file$/)
  })
})
