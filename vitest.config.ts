import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
    // System tests need servers from the distribution; `npm run test:system` runs them.
    exclude: ['src/**/*.system.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
