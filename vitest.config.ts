import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { testEnvironment } from './scripts/loopback/environment.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const include = ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts']
// System tests need servers from the distribution; `npm run test:system` runs them.
const exclude = ['src/**/*.system.test.ts']

const files = globSync(include, { cwd: here('.'), exclude })
const saying = (words: RegExp) => files.filter(file => words.test(readFileSync(here(file), 'utf8'))).sort()

/** They start processes, mostly the command, and wait for them. */
const commands = saying(/cli\.fixture|shell\.fixture|anatomyCases|anatomyTable|child_process/)
/** They judge the process that they are in: its sockets, its timers or its memory. */
const judging = saying(/expectNothingLeft|testTransport|memoryUsage/).filter(file => !commands.includes(file))

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two files at a time even on a small machine: many tests wait for a process or a socket of theirs.
    maxWorkers: 2,
    setupFiles: ['scripts/loopback/setup.ts'],
    // The processes that tests start, a hundred and more, compile the same sources: once is enough.
    env: {
      ...testEnvironment,
      NODE_COMPILE_CACHE: here('node_modules/.cache/mailbench-tests'),
    },
    // They begin in the order of their names: the longest first, and last the short ones, which fill any gap.
    projects: [
      {
        extends: true,
        // A limit is there to end what hangs. What starts ten processes on a busy machine does not.
        test: { name: 'commands', include: commands, testTimeout: 90_000, hookTimeout: 90_000 },
      },
      { extends: true, test: { name: 'own process', include: judging } },
      {
        extends: true,
        // Many files in one process, which has the modules already: to begin each anew took a third of all the time.
        test: {
          name: 'shared process',
          include,
          exclude: [...exclude, ...commands, ...judging],
          isolate: false,
        },
      },
    ],
  },
})
