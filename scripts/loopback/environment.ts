/** What the processes of tests have in their environment: those that they start have it from them. */
export const testEnvironment = {
  NODE_OPTIONS: `--import=${new URL('./process.ts', import.meta.url).href}`,
}
