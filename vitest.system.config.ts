import { defineConfig } from 'vitest/config'
import { testEnvironment } from './scripts/loopback/environment.ts'

// Started by scripts/system-test.sh, which starts the servers that these tests need.
export default defineConfig({
  test: {
    include: ['src/**/*.system.test.ts'],
    setupFiles: ['scripts/loopback/setup.ts'],
    env: testEnvironment,
    // One Postfix for all of them, and one of them stops it.
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 30_000,
  },
})
