import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readRun } from '../run-store/reader.ts'
import { onlyRunIn, runCli, temporaryFolder } from './cli.fixture.ts'

it('credentials that are wrong on purpose are refused, with TLS and without, and the run has done what it should', async () => {
  await using folder = await temporaryFolder()
  const plan = join(folder.path, 'plan.yaml')
  const out = join(folder.path, 'runs')
  await writeFile(
    plan,
    'auth: wrong\ntls: [starttls, none]\nconnection: fresh\nmessages: 24\nwarmup: 0\nrepeat: 1\nusers: 8\n',
  )
  const { status, stdout } = await runCli(['run', plan, '--quiet', '--out', out])
  expect(status).toBe(0)
  const { labels, trials, failures } = await readRun(await onlyRunIn(out))
  expect(labels.map(({ transport, tls, auth, rejected }) => [transport, tls, auth, rejected])).toEqual([
    ['smtp', 'starttls', 'wrong', 24],
    ['smtp', 'none', 'wrong', 24],
    ['http', 'implicit', 'wrong', 24],
    ['http', 'none', 'wrong', 24],
  ])
  expect(new Set(failures.map(({ cause, code }) => `${cause} ${code}`))).toEqual(
    new Set(['auth 535', 'auth 401']),
  )
  // Who is not let in has no round trips to count.
  expect(trials.map(({ purpose }) => purpose)).not.toContain('anatomy')
  expect(stdout).toMatch(/C6 {2}does not hold/)
  expect(stdout).toMatch(/\nRefused as planned, of credentials that are wrong on purpose:\n {2}24 x /)
  expect(stdout).toMatch(/^SMTP or API\? This run cannot say/)
})
