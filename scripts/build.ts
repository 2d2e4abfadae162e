/** `npm run build`: compiles src to dist, since Node does not strip types under node_modules. */
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
rmSync(`${root}dist`, { recursive: true, force: true })
const { status } = spawnSync('tsc', ['--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
  shell: true,
})
if (status === 0) chmodSync(`${root}dist/cli/main.js`, 0o755)
process.exitCode = status ?? 1
