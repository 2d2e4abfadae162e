import { fileURLToPath } from 'node:url'

/** Where tools are put that the product does not depend on: `npm ci` takes it away. */
export const cacheFolder = fileURLToPath(
  new URL('../../node_modules/.cache/mailbench-peers', import.meta.url),
)
