import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { ownVersion } from '../version.ts'
import { type CliResult, runCli, runClis, temporaryFolder } from './cli.fixture.ts'
import { builtInPlans } from './plan-source.ts'
import { runOptions } from './run-options.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>

/** Plans that are wrong, by name. */
const plans = {
  'none.yaml': 'users: [1, 2\nmessages: 3\n',
  'key.yaml': 'name: x\nusrs: 3\n',
  'value.yaml': 'name: x\nconditions:\n  - connection: reuse\n    users: lots\n',
  'units.yaml': 'name: x\n\nthink: 5\n',
}

beforeAll(async () => {
  folder = await temporaryFolder()
  for (const [name, text] of Object.entries(plans)) await writeFile(join(folder.path, name), text)
  await writeFile(join(folder.path, 'file'), '')
})
afterAll(() => folder[Symbol.asyncDispose]())

const remote = 'smtp://mail.example.net:2525'

const mistakes: readonly [what: string, args: string[], words: RegExp][] = [
  ['a command that is not there', ['rnu'], /unknown command 'rnu'.*run/],
  [
    'a command that is like no other',
    ['measure'],
    /unknown command 'measure': known are run, probe, compare, /,
  ],
  ['help for a command that is not there', ['help', 'rum'], /unknown command 'rum': did you mean "run"\?$/],
  ['a flag that is not there', ['run', 'quick', '--usrs', '3'], /unknown option '--usrs'.*--users/],
  ['a flag of no command', ['--users', '3'], /unknown option '--users'/],
  ['a flag without its value', ['run', 'quick', '--users'], /'--users <n>'.* missing/],
  ['a word too many', ['run', 'quick', 'headline'], /too many arguments/],
  ['an empty word for a plan', ['run', ''], /the plan is named by an empty word/],
  ['a plan that is not there', ['run', 'quik'], /there is no plan "quik": did you mean "quick"\?$/],
  ['a file that is not there', ['run', './none/plan.yaml'], /\.\/none\/plan\.yaml: there is no such file$/],
  ['a folder for a plan', ['run', '.'], /\.: it is a folder: name a file$/],
  ['a plan that is no YAML', ['run', 'none.yaml'], / none\.yaml:\d: Flow sequence/],
  ['a plan with an unknown field', ['run', 'key.yaml'], / key\.yaml:2: .*"usrs": did you mean "users"\?$/],
  [
    'a plan with a wrong value',
    ['run', 'value.yaml'],
    / value\.yaml:4: conditions\[0\]\.users: must be a whole number from 1 to 10000, or a list/,
  ],
  ['a plan with a number for a duration', ['run', 'units.yaml'], / units\.yaml:3: think: must be text/],
  ['no users', ['run', 'quick', '--users', '0'], /--users: must be a whole number of at least 1$/],
  ['a duration without a unit', ['run', 'quick', '--duration', '10'], /--duration: "10" is no duration: /],
  [
    'a client for the other side',
    ['run', '--smtp', 'sink', '--client', 'undici'],
    /client: none of the clients/,
  ],
  [
    'credentials in a variable that is not set',
    ['run', '--smtp', `smtp://bench:\${MAILBENCH_NOT_SET}@127.0.0.1`],
    /--smtp: the environment variable MAILBENCH_NOT_SET is not set$/,
  ],
  [
    'a key in a variable that is not set',
    ['run', '--api', 'http://127.0.0.1/send', '--api-key', `\${MAILBENCH_NOT_SET}`],
    /--api-key: the environment variable MAILBENCH_NOT_SET is not set$/,
  ],
  ['half credentials', ['run', '--smtp', 'smtp://bench@127.0.0.1'], /--smtp: credentials need both/],
  ['a port out of range', ['run', '--smtp', 'smtp://127.0.0.1:65536'], /--smtp: port 65536 is out of range/],
  [
    'the wrong scheme',
    ['run', '--smtp', 'http://127.0.0.1'],
    /--smtp: http:\/\/ is no scheme for it, use smtp:/,
  ],
  ['a host beyond loopback', ['run', '--smtp', remote], /mail\.example\.net is not on loopback: add --yes/],
  ['an unverified host', ['run', '--smtp', remote, '--yes', '--tls-insecure'], /--tls-insecure: .* --tls-ca/],
  [
    'too few messages',
    ['run', '--smtp', remote, '--yes', '--max-messages', '2'],
    /--max-messages: 2 are too few/,
  ],
  [
    'authorities that are not there',
    ['run', 'quick', '--tls-ca', 'none.pem'],
    /--tls-ca: cannot read none\.pem/,
  ],
  ['authorities that are none', ['run', 'quick', '--tls-ca', 'file'], /--tls-ca: file holds no certificate/],
  [
    'a recipient with a line end',
    ['run', 'quick', '--to', 'a@b.example\r\nBcc: c@d.example'],
    /\bto: .* is no address/,
  ],
  ['a sender with a line end', ['run', 'quick', '--from', 'a\nb@c.example'], /\bfrom: .* is no address/],
  [
    'a file as the output folder',
    ['run', 'quick', '--out', 'file'],
    /the folder "file" cannot hold a run .*--out$/,
  ],
  [
    'an output folder below a file',
    ['run', 'quick', '--out', 'file/x'],
    /"file\/x" cannot hold a run .*--out$/,
  ],
  ['an output folder of no name', ['run', 'quick', '--out', ''], /--out: must be text that is not empty$/],
  ['a port of no sink', ['sink', '--smtp-port', '70000'], /--smtp-port: "70000" is no port/],
]

function expectMistake({ status, stdout, stderr }: CliResult, words: RegExp): void {
  expect(stderr).toMatch(/^mailbench: [^\r\n]+\n$/)
  expect(stderr.trimEnd()).toMatch(words)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
}

describe('a mistake of the user ends with status 2 and one line:', () => {
  let results: CliResult[]
  beforeAll(async () => {
    const lines = mistakes.map(([, args]) => args)
    results = await runClis(lines, { cwd: folder.path })
  })

  it.each(mistakes.map(([what, , words], i) => ({ what, words, i })))('$what', ({ words, i }) => {
    expectMistake(results[i] as CliResult, words)
  })

  it.concurrent.each([
    ['a flag', ['run', 'quick', '--usrs', '3'], /unknown option '--usrs'/],
    ['a plan', ['run', 'key.yaml'], /"usrs": did you mean "users"\?$/],
    ['what is found late', ['run', 'quick', '--out', 'file'], /cannot hold a run .*--out$/],
  ])('in a process of its own as well, which ends by itself: %s', async (_what, args, words) => {
    expectMistake(await runCli(args, { cwd: folder.path }), words)
  })

  it('and makes no file', async () => {
    expect((await readdir(folder.path)).sort()).toEqual([...Object.keys(plans), 'file'].sort())
  })
})

describe('help', () => {
  it.each([[['--help']], [[]], [['help']]])('lists every command: %j', async args => {
    const { status, stdout, stderr } = await runCli(args)
    for (const name of ['run', 'sink']) expect(stdout).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('of run lists every flag and every plan', async () => {
    const { status, stdout, stderr } = await runCli(['run', '--help'])
    for (const { flag } of runOptions) expect(stdout).toMatch(new RegExp(`^ {2}--${flag}\\b`, 'm'))
    for (const flag of ['json', 'quiet']) expect(stdout).toMatch(new RegExp(`^ {2}--${flag}\\b`, 'm'))
    for (const plan of builtInPlans()) expect(stdout).toContain(plan)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('of sink lists its flags', async () => {
    const { status, stdout } = await runCli(['help', 'sink'])
    for (const flag of [
      'smtp-port',
      'smtps-port',
      'http-port',
      'https-port',
      'script',
      'auth',
      'key',
      'host',
    ])
      expect(stdout).toContain(`--${flag} `)
    expect(status).toBe(0)
  })
})

test('the version is the package’s', async () => {
  expect(await runCli(['--version'])).toEqual({ status: 0, stdout: `${ownVersion()}\n`, stderr: '' })
})
