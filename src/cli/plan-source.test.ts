import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { conditionsOf } from '../trial/condition.ts'
import type { Plan } from '../trial/plan.ts'
import { prepare } from '../trial/prepare.ts'
import { builtInPlans, readPlan, withFlags } from './plan-source.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailbench-plan-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

describe('a plan', () => {
  it.each(builtInPlans())('that is built in can be run: %s', async name => {
    const plan = await readPlan(name)
    expect(plan.name).toBe(name)
    expect(plan.description?.length).toBeGreaterThan(0)
    expect((await prepare(plan, {}, 'seed')).conditions.length).toBeGreaterThan(0)
  })

  it('is built in by the names that the documentation gives', () => {
    expect(builtInPlans()).toEqual(expect.arrayContaining(['headline', 'quick']))
  })

  it('is read from a file, YAML or JSON, and is called what it says or what the file is', async () => {
    expect(await readPlan(await write('My Plan_2.yaml', 'users: 3\n'))).toEqual({
      name: 'my-plan-2',
      users: 3,
    })
    expect(await readPlan(await write('a.json', '{"name": "b", "users": [3]}'))).toEqual({
      name: 'b',
      users: [3],
    })
    expect(await readPlan(await write('§.yaml', ''))).toEqual({ name: 'plan' })
    expect((await readPlan(await write(`${'x'.repeat(80)}.yaml`, ''))).name).toBe('x'.repeat(41))
  })

  it('of flags alone has a name', async () => {
    expect(await readPlan(undefined)).toEqual({ name: 'inline' })
  })

  it.each([
    ['quik', /^there is no plan "quik": did you mean "quick"\?$/],
    ['something', /^there is no plan "something": built in are .*headline.*quick/],
    ['./none.yaml', /^\.\/none\.yaml: there is no such file$/],
  ])('that is not there is refused: %s', async (source, words) => {
    await expect(readPlan(source)).rejects.toThrow(UsageError)
    await expect(readPlan(source)).rejects.toThrow(words)
  })
})

describe('a flag', () => {
  it('wins over the top of the plan and over each of its blocks', () => {
    const plan: Plan = {
      users: 1,
      messages: 10,
      conditions: [{ users: 2, connection: 'fresh' }, { users: [3, 4], messages: 20 }, {}],
    }
    const merged = withFlags(plan, { users: [9] })
    expect(merged).toEqual({
      users: [9],
      messages: 10,
      conditions: [{ connection: 'fresh' }, { messages: 20 }, {}],
    })
    const loads = conditionsOf(merged).map(({ load }) => load)
    expect(loads.every(load => load.kind === 'closed' && load.users === 9)).toBe(true)
  })

  it('of an open load takes out users, wherever they stand', () => {
    const plan: Plan = { users: [1, 10], think: '5ms', conditions: [{ users: 2 }, { connection: 'fresh' }] }
    expect(withFlags(plan, { rate: [500] })).toEqual({
      rate: [500],
      conditions: [{}, { connection: 'fresh' }],
    })
  })

  it('leaves a plan alone that it does not touch', () => {
    const plan: Plan = { name: 'x', script: { think: '1ms' }, conditions: [{ users: 2 }] }
    expect(withFlags(plan, {})).toEqual(plan)
    expect(withFlags(plan, { seed: 'a' })).toEqual({ ...plan, seed: 'a' })
  })

  it.each([
    [{ size: '1kb' }, { message: ['receipt'] }, ['receipt']],
    [{ message: 'receipt' }, { size: ['2kb'] }, [{ sizeBytes: 2048 }]],
    [{ conditions: [{ size: '1kb' }, { message: 'invoice' }] }, { message: ['receipt'] }, ['receipt']],
    [{ conditions: [{ size: '1kb' }, { message: 'invoice' }] }, { size: ['2kb'] }, [{ sizeBytes: 2048 }]],
  ] satisfies [Plan, object, unknown[]][])(
    'wins over what says the same in another way: %j and %j',
    (plan, fields, sent) => {
      const conditions = conditionsOf(withFlags({ smtp: 'sink', ...plan }, fields))
      expect(conditions.map(({ message }) => message)).toEqual(sent)
    },
  )

  it('of a closed load takes out rates, wherever they stand', () => {
    const open: Plan = { rate: 100, arrivals: 'poisson', conditions: [{ connection: 'fresh' }, { rate: 50 }] }
    expect(withFlags(open, { users: [2] })).toEqual({ users: [2], conditions: [{ connection: 'fresh' }, {}] })
  })

  it.each([
    [{ users: [0] }, '--users: must be a whole number of at least 1'],
    [{ users: [1, 'x'] }, '--users: must be a number'],
    [{ users: [1.5] }, '--users: must be a whole number'],
    [{ messages: 'many' }, '--messages: must be a number'],
    [{ warmup: -1 }, '--warmup: must be a whole number of at least 0'],
    [{ warmup: 'x' }, '--warmup: "x" is no duration: write a number and us, ms, s, m or h, as in 10s'],
    [{ duration: '10' }, '--duration: "10" is no duration: write a number and us, ms, s, m or h, as in 10s'],
    [{ timeout: '0ms' }, '--timeout: must be longer than 0'],
    [{ size: ['big'] }, '--size: "big" is no size: write a number and b, kb or mb, as in 1kb'],
    [{ client: ['curl'] }, /^--client: must be one of nodemailer, .*undici/],
    [{ client: ['wire', 'nodemialer'] }, '--client: "nodemialer" is not known: did you mean "nodemailer"?'],
    [{ provider: 'sendgird' }, '--provider: "sendgird" is not known: did you mean "sendgrid"?'],
    [{ http_version: ['3'] }, /^--http-version: must be one of .*1\.1/],
    [{ api_key: 5 }, '--api-key: must be text'],
    [{ repeat: 0 }, '--repeat: must be a whole number of at least 1'],
    [{ max_messages: 0 }, '--max-messages: must be a whole number of at least 1'],
    [{ out: '' }, '--out: must be text that is not empty'],
    [{ provider: 'homemade' }, /^--provider: must be one of .*sendgrid/],
  ])('is named when its value is wrong: %j', (fields, words) => {
    const set = () => withFlags({ users: 1, conditions: [{}] }, fields)
    expect(set).toThrow(UsageError)
    expect(set).toThrow(words)
  })
})

test('lists of a plan’s blocks are refused when they are empty', async () => {
  const path = await write('empty.yaml', 'name: x\nconditions: []\n')
  await expect(readPlan(path)).rejects.toThrow(/empty\.yaml:2: conditions: must not be empty$/)
})
