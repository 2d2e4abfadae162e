import type { Contest, Contestant } from './contest.ts'
import { bareLoop } from './library-loops.ts'
import { bareHttp, nginx, ourSink, smtpSink } from './receivers.ts'
import {
  autocannon,
  autocannonPipelined,
  h2load,
  mailbench,
  smtpSource,
  WARM_UP,
  wrk,
  wrkPipelined,
} from './senders.ts'
import { CONNECTIONS, DEPTH, type OpenReceiver, type OpenSender, type Stage } from './stage.ts'
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

/**
 * Receivers in turn under one sender: what each of them takes, and what that costs it. A process keeps the speed that it
 * happened to start with (Postfix's sink takes 42 or 50 us a message): each is started anew for every round, and
 * measured from its second sending on, when Node has compiled what ours run.
 */
function taking(sender: OpenSender, receivers: readonly OpenReceiver[]): Contest['open'] {
  const open = async (openReceiver: OpenReceiver, stage: Stage): Promise<Contestant> => {
    await using first = new AsyncDisposableStack()
    const { name } = await openReceiver({ ...stage, stack: first })
    return {
      name,
      async measure() {
        await using stack = new AsyncDisposableStack()
        const { address, pid } = await openReceiver({ ...stage, stack })
        const { send } = await sender(address, stage)
        await send()
        const beforeUs = cpuUsOf(pid)
        const { messages, seconds } = await send()
        return { ratePerS: messages / seconds, cpuUsPerMessage: (cpuUsOf(pid) - beforeUs) / messages }
      },
    }
  }
  return stage => Promise.all(receivers.map(receiver => open(receiver, stage)))
}

/** Our SMTP client on bare sockets: as many messages are in flight on each connection as it has users. */
const smtpWire = (mode: 'lockstep' | 'pipelined' | 'chunked', messages: number) =>
  mailbench(`wire, ${mode}`, 'smtp', messages, {
    client: 'wire',
    mode,
    users: mode === 'lockstep' ? CONNECTIONS : CONNECTIONS * DEPTH,
  })

const smtpServer = ourSink('SMTP sink (smtp-server)', {
  protocol: 'smtp',
  engine: 'smtp-server',
  tls: 'none',
  auth: false,
})
const smtpWireSink = ourSink('SMTP sink (wire)', {
  protocol: 'smtp',
  engine: 'wire',
  tls: 'none',
  auth: false,
})
const httpSink = ourSink('HTTP sink', { protocol: 'http', tls: 'none', auth: false })

/** One after the other, in all rounds: each has a receiver of its own. */
const both =
  (...opens: readonly Contest['open'][]): Contest['open'] =>
  async stage => {
    const contestants: Contestant[] = []
    for (const open of opens) contestants.push(...(await open(stage)))
    return contestants
  }

/** All that is compared with what other people wrote. */
export const contests: readonly Contest[] = [
  {
    name: 'smtp',
    about: 'SMTP clients, on Postfix smtp-sink',
    tools: ['postfix'],
    open: sending(smtpSink, [
      smtpSource,
      smtpWire('lockstep', 12_000),
      smtpWire('pipelined', 40_000),
      mailbench('nodemailer', 'smtp', 6000, { client: 'nodemailer' }),
    ]),
    matches: [
      { ours: 'wire, lockstep', theirs: 'smtp-source -d', rateAtLeast: 0.9 },
      { ours: 'wire, pipelined', theirs: 'smtp-source -d', rateAtLeast: 2, cpuAtMost: 0.6 },
      { ours: 'nodemailer', theirs: 'smtp-source -d' },
    ],
  },
  {
    name: 'smtp-chunked',
    about: 'SMTP clients, on our own sink, which offers CHUNKING',
    tools: ['postfix'],
    open: sending(smtpWireSink, [smtpSource, smtpWire('pipelined', 40_000), smtpWire('chunked', 40_000)]),
    matches: [
      { ours: 'wire, pipelined', theirs: 'smtp-source -d' },
      { ours: 'wire, chunked', theirs: 'smtp-source -d' },
    ],
  },
  {
    name: 'http',
    about: 'HTTP clients, on nginx that reads the body and returns 202',
    tools: ['nginx-light', 'wrk', 'nghttp2-client', 'autocannon'],
    open: sending(nginx, [
      autocannon,
      wrk,
      h2load,
      mailbench('wire, lockstep', 'http', 30_000, { client: 'wire', mode: 'lockstep' }),
      mailbench('undici', 'http', 30_000, { client: 'undici' }),
    ]),
    matches: [
      { ours: 'wire, lockstep', theirs: 'autocannon', rateAtLeast: 1.2 },
      { ours: 'wire, lockstep', theirs: 'wrk' },
      { ours: 'wire, lockstep', theirs: 'h2load --h1' },
      { ours: 'undici', theirs: 'autocannon' },
    ],
  },
  {
    name: 'http-pipelined',
    about: `HTTP clients with ${DEPTH} requests in flight on each connection, on the same nginx`,
    tools: ['nginx-light', 'wrk', 'autocannon'],
    open: sending(nginx, [
      autocannonPipelined,
      wrkPipelined,
      mailbench('wire, pipelined', 'http', 60_000, {
        client: 'wire',
        mode: 'pipelined',
        users: CONNECTIONS * DEPTH,
      }),
    ]),
    matches: [
      { ours: 'wire, pipelined', theirs: `autocannon, ${DEPTH} in flight`, rateAtLeast: 1.3 },
      { ours: 'wire, pipelined', theirs: `wrk, ${DEPTH} in flight` },
    ],
  },
  {
    name: 'smtp-sink',
    about: 'SMTP sinks, under Postfix smtp-source -d',
    tools: ['postfix'],
    open: taking(smtpSource, [smtpSink, smtpWireSink, smtpServer]),
    matches: [
      { ours: 'SMTP sink (wire)', theirs: 'smtp-sink', rateAtLeast: 1 },
      { ours: 'SMTP sink (smtp-server)', theirs: 'smtp-sink' },
    ],
  },
  {
    name: 'http-sink',
    about: 'HTTP sinks, under wrk',
    tools: ['wrk'],
    open: taking(wrk, [bareHttp, httpSink]),
    matches: [{ ours: 'HTTP sink', theirs: 'bare node:http', rateAtLeast: 0.8 }],
  },
  {
    name: 'library',
    about: 'Library clients beside bare loops of their libraries, on our sinks: what observing costs',
    tools: [],
    open: both(
      sending(smtpWireSink, [
        mailbench('mailbench, nodemailer', 'smtp', 6000, { client: 'nodemailer' }),
        bareLoop('nodemailer', WARM_UP, 6000),
      ]),
      sending(httpSink, [
        mailbench('mailbench, undici', 'http', 40_000, { client: 'undici' }),
        bareLoop('undici', WARM_UP, 40_000),
      ]),
    ),
    matches: [
      { ours: 'mailbench, nodemailer', theirs: 'bare nodemailer loop', rateAtLeast: 0.95 },
      { ours: 'mailbench, undici', theirs: 'bare undici loop', rateAtLeast: 0.9 },
    ],
  },
]
