import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { testEnvironment } from './scripts/loopback/environment.ts'

/** They neither time anything nor need the one Postfix, and may run two at a time. */
const patient = [
  'src/cli/system/{durability,fuzzed-plans,sink-clients}.system.test.ts',
  'src/report/html/*.system.test.ts',
  'src/trial/fault-matrix/*.system.test.ts',
]

// Started by scripts/system-test.sh, which starts the servers that these tests need.
export default defineConfig({
  test: {
    setupFiles: ['scripts/loopback/setup.ts'],
    env: {
      ...testEnvironment,
      NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/mailbench-tests', import.meta.url)),
    },
    testTimeout: 90_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: { name: 'together', include: patient, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      {
        // One Postfix for all of them, and one of them stops it; others time what a second test would disturb.
        extends: true,
        test: {
          name: 'alone',
          include: ['src/**/*.system.test.ts'],
          exclude: patient,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
