import { expect, test } from 'vitest'
import { machineOf } from './machine.ts'

test('a machine is named by its kind', () => {
  const machine = { platform: 'linux', arch: 'x64', cpus: 2, cpu: 'AMD EPYC' }
  expect(machineOf(machine)).toMatch(/^linux-x64-2cpu-[0-9a-f]{12}$/)
  expect(machineOf({ ...machine, release: '6.1', load_average: [1] })).toBe(machineOf(machine))
  expect(machineOf({ ...machine, cpu: 'Intel' })).not.toBe(machineOf(machine))
})
