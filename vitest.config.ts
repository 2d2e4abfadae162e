import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { testEnvironment } from './scripts/loopback/environment.ts'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
    // System tests need servers from the distribution; `npm run test:system` runs them.
    exclude: ['src/**/*.system.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two files at a time even on a small machine: many tests wait for a process or a socket of theirs.
    maxWorkers: 2,
    setupFiles: ['scripts/loopback/setup.ts'],
    // The processes that tests start, a hundred and more, compile the same sources: once is enough.
    env: {
      ...testEnvironment,
      NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/mailbench-tests', import.meta.url)),
    },
  },
})
