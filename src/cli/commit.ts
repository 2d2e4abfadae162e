import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** git may be slow on a cold disk, and must not hold up a run that is done. */
const TIMEOUT_MS = 5000

/**
 * The commit that a run is recorded under: what a CI server says (GitHub, GitLab), otherwise the checkout that this is;
 * `-dirty` where it has been changed since. null where there is none.
 */
export async function currentCommit(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const told = environment['GITHUB_SHA'] || environment['CI_COMMIT_SHA']
  if (told) return told
  const words = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*']
  try {
    const { stdout } = await promisify(execFile)('git', words, { timeout: TIMEOUT_MS })
    return stdout.trim() || null
  } catch {
    return null // no git, or no repository: a history can do without
  }
}
