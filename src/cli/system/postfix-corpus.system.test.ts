import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { expectMail } from '../../message/arrival.fixture.ts'
import { loadTemplate, messageNames } from '../../message/corpus.ts'
import { parseIdentity } from '../../message/identity.ts'
import { stored } from './mailbench.fixture.ts'
import { logOnce, postfixFromEnvironment } from './postfix.fixture.ts'
import { startRun, urlOf } from './run-postfix.fixture.ts'

const postfix = postfixFromEnvironment()
const TO = `corpus@${postfix.keptDomain}`

/** Every SMTP client in every mode that it has. */
const clients = ['--client', 'nodemailer,nodemailer-raw,wire', '--mode', 'lockstep,pipelined,chunked']
const LABELS = 5

/** What was kept since `before`. */
const keptBeside = (before: readonly string[]) =>
  readdirSync(postfix.keptDir).filter(file => !file.startsWith('.') && !before.includes(file))

/** As it was sent: Postfix writes lines of its own before it, and pipe(8) ends lines in LF. */
function received(file: string): Buffer {
  const text = readFileSync(join(postfix.keptDir, file), 'latin1').replaceAll('\n', '\r\n')
  return Buffer.from(text.replace(/^(?:(?:Return-Path|Received):.*\r\n(?:[ \t].*\r\n)*)+/, ''), 'latin1')
}

const identityOf = (eml: Buffer) =>
  parseIdentity(/^X-Mailbench-Id: (\S+)/im.exec(eml.toString('latin1'))?.[1] ?? '')

/** Each trial dates its messages when it begins. */
const undated = (eml: Buffer) => eml.toString('latin1').replace(/^Date: .*$/m, 'Date: -')

it.each(messageNames)('%s arrives at Postfix as it is, by every client in every mode', async name => {
  const before = keptBeside([])
  const log = postfix.watchLog()
  const size = ['--message', name, '--messages', '3', '--warmup', '0', '--repeat', '1']
  const target = ['--smtp', urlOf(postfix), '--tls-ca', postfix.caFile, '--to', TO]
  const { ended, run, summary } = await stored(startRun(postfix, ...target, ...clients, ...size))
  expect(ended.status).toBe(0)
  expect(summary.map(({ accepted }) => accepted)).toEqual(Array.from({ length: LABELS }, () => '3'))
  // Postfix offers all that the modes need: none fell back to another.
  expect(run.checks.filter(({ check }) => check === 'mode')).toEqual([])

  const sent = run.trials
    .filter(({ purpose }) => purpose !== 'floor')
    .reduce((sum, { accepted }) => sum + accepted, 0)
  expect((await logOnce(log, ({ queued }) => queued.length >= sent)).queued).toHaveLength(sent)
  const files = await vi.waitFor(
    () => {
      const kept = keptBeside(before)
      expect(kept).toHaveLength(sent)
      return kept
    },
    { timeout: 30_000, interval: 50 },
  )
  const clientsOf = new Map(run.trials.map(({ trial, client }) => [trial, client]))
  for (const file of files) {
    const data = received(file)
    const identity = identityOf(data)
    if (!identity) throw new Error(`${file} has no identity`)
    const template = await loadTemplate(name, { ...identity, to: TO, exactTo: true })
    const message = template.message(identity.index)
    if (clientsOf.get(identity.trial) === 'nodemailer') {
      await expectMail({ ...message.envelope, smtpUtf8: message.smtpUtf8, data }, message)
    } else {
      expect(undated(data)).toBe(undated(message.raw()))
    }
  }
})
