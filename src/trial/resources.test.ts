import { describe, expect, it } from 'vitest'
import { UsageError } from '../errors.ts'
import { conditionsOf } from './condition.ts'
import type { Plan } from './plan.ts'
import { checkResources, ownResources, type Resources } from './resources.ts'

const plenty: Resources = { openFiles: 20_000, memoryBytes: 16e9 }

function check(plan: Plan, resources: Partial<Resources>, messageBytes = 1000): void {
  const [condition] = conditionsOf({ smtp: 'sink', client: 'wire', ...plan })
  if (!condition) throw new Error('there is no condition')
  checkResources(condition, messageBytes, { ...plenty, ...resources })
}

describe('what a plan needs', () => {
  it.each<[string, Plan, Partial<Resources>]>([
    ['one user', {}, { openFiles: 64 }],
    ['a connection for each user, as long as files last', { users: 200 }, { openFiles: 248 }],
    ['many users on few connections', { users: 200, connections: 10 }, { openFiles: 64 }],
    ['users who open nothing', { users: 200, client: 'null' }, { openFiles: 64 }],
    ['an open load of ten connections', { rate: 500 }, { openFiles: 64 }],
    ['a system that names no limit', { users: 10_000 }, { openFiles: undefined }],
    ['a week of a closed load, whose end nobody knows', { duration: '168h' }, {}],
  ])('is there for %s', (_what, plan, resources) => {
    expect(() => check(plan, resources)).not.toThrow()
  })

  it.each<[string, Plan, Partial<Resources>, number, RegExp]>([
    [
      'files',
      { users: 200 },
      { openFiles: 64 },
      1,
      /needs 248 open files, .* 64: raise the limit \(ulimit -n 248\)/,
    ],
    [
      'files for fresh connections',
      { users: 200, connection: 'fresh' },
      { openFiles: 64 },
      1,
      /needs 248 open files/,
    ],
    [
      'files for both ends of a relay',
      { users: 200, rtt: '20ms' },
      { openFiles: 256 },
      1,
      /needs 448 open files/,
    ],
    [
      'memory for connections',
      { users: 10_000 },
      { memoryBytes: 1e9 },
      1,
      /needs about \d{4} MB of memory, .* 954 MB/,
    ],
    ['memory for messages', { users: 200 }, { memoryBytes: 1e9 }, 64e6, /needs about 97696 MB of memory/],
    ['memory for the books', { rate: 1000, duration: '10h' }, { memoryBytes: 1e8 }, 1, /MB of memory/],
    ['numbers for messages', { rate: 1e6, duration: '240h' }, {}, 1, /at most 67108864 fit a trial/],
  ])('is missing: %s', (_what, plan, resources, messageBytes, words) => {
    expect(() => check(plan, resources, messageBytes)).toThrow(UsageError)
    expect(() => check(plan, resources, messageBytes)).toThrow(words)
  })
})

it('knows what this machine has', () => {
  const { openFiles, memoryBytes } = ownResources()
  expect(openFiles ?? 256).toBeGreaterThan(16)
  expect(memoryBytes).toBeGreaterThan(1e6)
})
