import type { Contest, Contestant } from './contest.ts'
import { bareHttp, nginx, ourSink, smtpSink } from './receivers.ts'
import {
  autocannon,
  autocannonPipelined,
  h2load,
  mailbench,
  smtpSource,
  wrk,
  wrkPipelined,
} from './senders.ts'
import type { OpenReceiver, OpenSender, Stage } from './stage.ts'
import { cpuUsOf } from './timed.ts'

/** Senders in turn against one receiver: what each of them manages. */
function sending(receiver: OpenReceiver, senders: readonly OpenSender[]): Contest['open'] {
  return async stage => {
    const { address } = await receiver(stage)
    const open = async (openSender: OpenSender): Promise<Contestant> => {
      const { name, send } = await openSender(address, stage)
      return {
        name,
        async measure() {
          const { messages, seconds, cpuUs } = await send()
          return { ratePerS: messages / seconds, cpuUsPerMessage: cpuUs / messages }
        },
      }
    }
    return Promise.all(senders.map(open))
  }
}

/** Receivers in turn under one sender: what each of them takes, and what that costs it. */
function taking(sender: OpenSender, receivers: readonly OpenReceiver[]): Contest['open'] {
  const open = async (openReceiver: OpenReceiver, stage: Stage): Promise<Contestant> => {
    const { name, address, pid } = await openReceiver(stage)
    const { send } = await sender(address, stage)
    return {
      name,
      async measure() {
        const beforeUs = cpuUsOf(pid)
        const { messages, seconds } = await send()
        return { ratePerS: messages / seconds, cpuUsPerMessage: (cpuUsOf(pid) - beforeUs) / messages }
      },
    }
  }
  return stage => Promise.all(receivers.map(receiver => open(receiver, stage)))
}

/** All that is compared with what other people wrote. */
export const contests: readonly Contest[] = [
  {
    name: 'smtp',
    about: 'SMTP clients, on Postfix smtp-sink',
    tools: ['postfix'],
    open: sending(smtpSink, [smtpSource, mailbench('nodemailer', 'smtp', 6000, { client: 'nodemailer' })]),
    matches: [{ ours: 'nodemailer', theirs: 'smtp-source -d' }],
  },
  {
    name: 'http',
    about: 'HTTP clients, on nginx that reads the body and returns 202',
    tools: ['nginx-light', 'wrk', 'nghttp2-client', 'autocannon'],
    open: sending(nginx, [
      autocannon,
      wrk,
      h2load,
      mailbench('undici', 'http', 30_000, { client: 'undici' }),
    ]),
    matches: [
      { ours: 'undici', theirs: 'autocannon' },
      { ours: 'undici', theirs: 'wrk' },
      { ours: 'undici', theirs: 'h2load --h1' },
    ],
  },
  {
    name: 'http-pipelined',
    about: 'HTTP clients with 8 requests in flight on each connection, on the same nginx',
    tools: ['nginx-light', 'wrk', 'autocannon'],
    open: sending(nginx, [autocannonPipelined, wrkPipelined]),
    matches: [],
  },
  {
    name: 'smtp-sink',
    about: 'SMTP sinks, under Postfix smtp-source -d',
    tools: ['postfix'],
    open: taking(smtpSource, [
      smtpSink,
      ourSink('SMTP sink (smtp-server)', { protocol: 'smtp', tls: 'none', auth: false }),
    ]),
    matches: [{ ours: 'SMTP sink (smtp-server)', theirs: 'smtp-sink' }],
  },
  {
    name: 'http-sink',
    about: 'HTTP sinks, under wrk',
    tools: ['wrk'],
    open: taking(wrk, [bareHttp, ourSink('HTTP sink', { protocol: 'http', tls: 'none', auth: false })]),
    matches: [{ ours: 'HTTP sink', theirs: 'bare node:http', rateAtLeast: 0.8 }],
  },
]
