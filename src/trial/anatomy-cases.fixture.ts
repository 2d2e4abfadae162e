import { generic } from '../provider/generic.ts'
import { undiciTransport } from '../transport/http-undici.ts'
import { nodemailerTransport } from '../transport/smtp-nodemailer.ts'
import type { AnatomyCase, AnatomyOptions } from './anatomy-subject.fixture.ts'

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

/** RFC 2920: MAIL, RCPT and DATA in one flight, and then the content. */
const pipelined = { envelope: 1, reply: 1 }

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
]
