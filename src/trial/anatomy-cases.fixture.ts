import { generic } from '../provider/generic.ts'
import type { TlsMode } from '../sink/sink.ts'
import { undiciTransport } from '../transport/http-undici.ts'
import { httpWireTransport } from '../transport/http-wire/http-wire.ts'
import { nodemailerTransport } from '../transport/smtp-nodemailer.ts'
import { smtpWireTransport } from '../transport/smtp-wire/smtp-wire.ts'
import type { AnatomyCase, AnatomyOptions } from './anatomy-subject.fixture.ts'
import { type Mode, modes } from './pairings.ts'

const clientTls = { none: 'none', starttls: 'required', implicit: 'implicit' } as const

function nodemailer({ tls, user, ...options }: AnatomyOptions) {
  return nodemailerTransport({
    ...options,
    tls: clientTls[tls],
    ...(user && { credentials: user }),
    form: 'structured',
  })
}

const undici =
  (version: '1.1' | '2') =>
  ({ tls, trust, user, ...options }: AnatomyOptions) =>
    undiciTransport({
      ...options,
      ...(tls !== 'none' && { trust }),
      ...(user && { key: user.password }),
      version,
      provider: generic,
    })

const smtpWire =
  (mode: Mode) =>
  ({ tls, user, ...options }: AnatomyOptions) =>
    smtpWireTransport({ ...options, tls: clientTls[tls], ...(user && { credentials: user }), mode })

const httpWire = ({ tls, trust, user, ...options }: AnatomyOptions) =>
  httpWireTransport({
    ...options,
    ...(tls !== 'none' && { trust }),
    ...(user && { key: user.password }),
    mode: 'lockstep',
    provider: generic,
  })

/** RFC 2920: MAIL, RCPT and DATA in one flight, and then the content. */
const pipelined = { envelope: 1, reply: 1 }

/** Round trips of a message: each command waits; the envelope goes with DATA; all goes at once (RFC 3030). */
const messageTrips: Readonly<Record<Mode, (recipients: number) => AnatomyCase['warm']>> = {
  lockstep: recipients => ({ envelope: 1 + recipients, data: 1, reply: 1 }),
  pipelined: () => pipelined,
  chunked: () => ({ envelope: 1 }),
}

interface WireChoice {
  readonly tls: TlsMode
  readonly auth: boolean
  readonly recipients: number
}

const setupTrips = ({ tls, auth }: WireChoice): AnatomyCase['cold'] => ({
  connect: 1,
  greeting: 1,
  hello: tls === 'starttls' ? 2 : 1,
  ...(tls === 'starttls' && { starttls: 1 }),
  ...(tls !== 'none' && { tls: 1 }),
  // In clear text the wire client proves its password by CRAM-MD5 (RFC 2195), which takes a challenge.
  ...(auth && { auth: tls === 'none' ? 2 : 1 }),
})

const total = (trips: AnatomyCase['cold']) => Object.values(trips).reduce((sum, count) => sum + count, 0)

function wireCase(mode: Mode, choice: WireChoice): AnatomyCase {
  const { tls, auth, recipients } = choice
  const warm = messageTrips[mode](recipients)
  const cold = { ...setupTrips(choice), ...warm }
  return {
    name: `wire, ${mode}, TLS ${tls}, AUTH ${auth}, ${recipients} recipients: ${total(cold)} and ${total(warm)}`,
    server: { protocol: 'smtp', tls, auth },
    open: smtpWire(mode),
    recipients,
    cold,
    warm,
  }
}

function wireCases(wanted: (choice: WireChoice) => boolean): AnatomyCase[] {
  const choices = (['starttls', 'implicit', 'none'] as const).flatMap(tls =>
    [true, false].flatMap(auth => [1, 5].map(recipients => ({ tls, auth, recipients }))),
  )
  return choices.filter(wanted).flatMap(choice => modes.map(mode => wireCase(mode, choice)))
}

/** Every client in every mode, with its round trips from SYN to reply (docs/measurement.md). */
export const anatomyCases: readonly AnatomyCase[] = [
  {
    name: 'nodemailer over STARTTLS, with AUTH: 9 and 2',
    server: { protocol: 'smtp', tls: 'starttls', auth: true },
    open: nodemailer,
    cold: { connect: 1, greeting: 1, hello: 2, starttls: 1, tls: 1, auth: 1, ...pipelined },
    warm: pipelined,
  },
  {
    name: 'nodemailer over implicit TLS, with AUTH: 7 and 2',
    server: { protocol: 'smtp', tls: 'implicit', auth: true },
    open: nodemailer,
    cold: { connect: 1, tls: 1, greeting: 1, hello: 1, auth: 1, ...pipelined },
    warm: pipelined,
  },
  {
    name: 'nodemailer in clear text, without AUTH: 5 and 2',
    server: { protocol: 'smtp', tls: 'none', auth: false },
    open: nodemailer,
    cold: { connect: 1, greeting: 1, hello: 1, ...pipelined },
    warm: pipelined,
  },
  {
    name: 'nodemailer with five recipients: no more',
    server: { protocol: 'smtp', tls: 'implicit', auth: true },
    open: nodemailer,
    recipients: 5,
    cold: { connect: 1, tls: 1, greeting: 1, hello: 1, auth: 1, ...pipelined },
    warm: pipelined,
  },
  {
    name: 'undici over TLS, HTTP/1.1: 3 and 1',
    server: { protocol: 'http', tls: 'implicit', auth: true },
    open: undici('1.1'),
    cold: { connect: 1, tls: 1, wait: 1 },
    warm: { wait: 1 },
  },
  {
    name: 'undici over TLS, HTTP/2: 3 and 1',
    server: { protocol: 'http', tls: 'implicit', auth: true },
    open: undici('2'),
    cold: { connect: 1, tls: 1, wait: 1 },
    warm: { wait: 1 },
  },
  {
    name: 'undici in clear text, HTTP/1.1: 2 and 1',
    server: { protocol: 'http', tls: 'none', auth: false },
    open: undici('1.1'),
    cold: { connect: 1, wait: 1 },
    warm: { wait: 1 },
  },
  ...wireCases(({ tls, auth, recipients }) => tls === 'starttls' && auth && recipients === 1),
  {
    name: 'wire over TLS, HTTP/1.1: 3 and 1',
    server: { protocol: 'http', tls: 'implicit', auth: true },
    open: httpWire,
    cold: { connect: 1, tls: 1, wait: 1 },
    warm: { wait: 1 },
  },
  {
    name: 'wire in clear text, HTTP/1.1: 2 and 1',
    server: { protocol: 'http', tls: 'none', auth: false },
    open: httpWire,
    cold: { connect: 1, wait: 1 },
    warm: { wait: 1 },
  },
]

/** What the table leaves to be multiplied: every mode, with and without TLS and AUTH, one and five recipients. */
export const anatomyTable: readonly AnatomyCase[] = wireCases(() => true)
