import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../errors.ts'
import { sinkCommand } from './sink.ts'

const anyPorts = ['--smtp-port', '0', '--smtps-port', '0', '--http-port', '0', '--https-port', '0']

async function complaint(...args: string[]): Promise<string> {
  const error = await sinkCommand()
    .parseAsync(args, { from: 'user' })
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UsageError)
  return (error as Error).message
}

/** The command in a process of its own, once it has printed a line per listener. */
async function start(listeners: number, ...args: string[]) {
  const module = new URL('./sink.ts', import.meta.url).href
  const program = `
    import { sinkCommand } from ${JSON.stringify(module)}
    await sinkCommand().parseAsync(${JSON.stringify(args)}, { from: 'user' })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let warnings = ''
  child.stderr.on('data', chunk => {
    warnings += chunk
  })
  const lines: string[] = []
  const output = createInterface({ input: child.stdout })
  output.on('line', line => lines.push(line))
  while (lines.length < listeners) await once(output, 'line')
  return {
    lines,
    warnings: () => warnings,
    async end(signal: NodeJS.Signals) {
      const exited = once(child, 'exit')
      child.kill(signal)
      return exited
    },
  }
}

describe('mailbench sink', () => {
  it('prints a line per listener, takes messages, returns the counts and ends cleanly', async () => {
    const sink = await start(4, ...anyPorts)
    const schemes = sink.lines.map(line => /\b(smtps?|https?):\/\/127\.0\.0\.1:\d+/.exec(line)?.[1])
    expect(schemes).toEqual(['smtp', 'smtps', 'http', 'https'])
    for (const line of sink.lines) expect(line).toMatch(/^127\.0\.0\.1:\d+ .*any credentials, or none/)
    const url = /http:\/\/\S+/.exec(sink.lines[2] ?? '')?.[0] ?? ''
    const address = { address: 'a@example.net' }
    const body = JSON.stringify({ from: address, to: [address] })
    expect((await request(url, { method: 'POST', body })).statusCode).toBe(202)
    const receipts = await request(new URL('/_mailbench/receipts', url))
    expect(await receipts.body.json()).toEqual({ taken: 1, unidentified: 1, trials: [] })
    expect(await sink.end('SIGTERM')).toEqual([0, null])
    expect(sink.warnings()).toBe('')
  })

  it('listens where it is told to, and warns when others can reach it', async () => {
    const off = ['--smtps-port', 'off', '--http-port', 'off', '--https-port', 'off']
    const sink = await start(1, '--smtp-port', '0', ...off, '--host', '0.0.0.0', '--auth', 'me:a:b')
    expect(sink.lines[0]).toMatch(/^0\.0\.0\.0:\d+ .*the given --auth only/)
    expect(sink.warnings()).toMatch(/^warning: --host 0\.0\.0\.0 is not loopback/)
    expect(await sink.end('SIGINT')).toEqual([0, null])
  })

  it.each([
    [['--smtp-port', '65536'], /^--smtp-port: "65536" is no port/],
    [['--http-port', 'none'], /^--http-port: "none" is no port: .*or off$/],
    [['--provider', 'generik'], /^--provider: "generik" is not known: did you mean "generic"\?$/],
    [['--smtp-engine', 'wires'], /^--smtp-engine: "wires" is not known: did you mean "wire"\?$/],
    [['--auth', 'nobody'], /^--auth: write USER:PASSWORD/],
    [['--key', ''], /^--key: the key is empty/],
    [['--script', '/nowhere/script.yaml'], /^--script: \/nowhere\/script\.yaml: there is no such file$/],
    [
      ['--smtp-port', 'off', '--smtps-port', 'off', '--http-port', 'off', '--https-port', 'off'],
      /^every listener is off: /,
    ],
  ])('names the option and the fix: %j', async (args, words) => {
    expect(await complaint(...args)).toMatch(words)
  })

  it('names the option whose port is in use', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = squatter.address() as AddressInfo
    const message = await complaint(...anyPorts, '--https-port', String(port))
    squatter.close()
    expect(message).toBe(
      `--https-port: port ${port} on 127.0.0.1 is in use: end what listens there, or choose another port`,
    )
  })

  it.each([
    ['wire', true],
    ['smtp-server', false],
  ])('speaks SMTP by the engine that was asked for: %s', async (engine, hasChunking) => {
    const off = ['--smtps-port', 'off', '--http-port', 'off', '--https-port', 'off']
    const sink = await start(1, '--smtp-port', '0', ...off, '--smtp-engine', engine)
    const port = Number(/smtp:\/\/127\.0\.0\.1:(\d+)/.exec(sink.lines[0] ?? '')?.[1])
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'data')
    socket.write('EHLO client.example.net\r\nQUIT\r\n')
    const reply = Buffer.concat(await socket.toArray()).toString()
    expect([reply.includes('PIPELINING'), reply.includes('CHUNKING')]).toEqual([true, hasChunking])
    expect(await sink.end('SIGTERM')).toEqual([0, null])
  })

  it.each([
    ['reject: lots', 'reject: "lots" is no share: write a percentage from 0% to 100%, as in 1%'],
    ['faults: [{ at: data, do: stall }]', 'faults[0].for: stall needs a time, such as 2s'],
    ['faults: [{ at: dta, do: reset }]', 'faults[0].at: "dta" is not known: did you mean "data"?'],
    [
      'faults: [{ at: somewhere, do: reset }]',
      /^faults\[0\]\.at: must be one of connect, tls, .*, or a mapping with bytes_in, or /,
    ],
    ['faults: [{ at: data, do: crash }]', /^faults\[0\]\.do: must be one of refuse, reset, end, /],
    ['faults: [{ at: data }]', /^faults\[0\]\.do: is missing: give one of refuse, reset, end, /],
    ['faults: [{ at: { bytes: 5 }, do: end }]', /^faults\[0\]\.at: /],
    ['faults: [{ at: data, do: end, shre: 1% }]', 'faults[0]: unknown key "shre": did you mean "share"?'],
  ])('names the file, the line and the field of a script that is wrong: %s', async (line, words) => {
    const folder = await mkdtemp(join(tmpdir(), 'mailbench-sink-'))
    const path = join(folder, 'script.yaml')
    await writeFile(path, `think: 5ms\n${line}\n`)
    const message = await complaint(...anyPorts, '--script', path)
    await rm(folder, { recursive: true })
    const place = `--script: ${path}:2: `
    expect(message.slice(0, place.length)).toBe(place)
    expect(message.slice(place.length)).toMatch(words)
  })

  it('names the fault that the listeners cannot have, and what can', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mailbench-sink-'))
    const path = join(folder, 'script.yaml')
    await writeFile(path, 'faults:\n  - { at: data, do: reset }\n')
    const engine = ['--smtp-engine', 'smtp-server', '--script', path]
    const messages = [
      await complaint(...anyPorts, ...engine),
      await complaint(...anyPorts, ...engine, '--smtp-port', 'off', '--smtps-port', 'off'),
    ]
    await rm(folder, { recursive: true })
    expect(messages).toEqual([
      'faults[0].at: the smtp-server engine has no fault at data, only at greeting, auth, sender, recipient, content: use the wire engine, which can',
      'faults[0].at: no listener here comes to data: it takes SMTP',
    ])
  })
})
