import { expect, it } from 'vitest'
import { causeOfCode, causeOfError } from './cause.ts'

const coded = (code: string, cause?: Error) => Object.assign(new Error('failed', { cause }), { code })

it.each([
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
  ['UND_ERR_SOCKET', 'reset'],
  ['ETIMEDOUT', 'timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
  ['CERT_HAS_EXPIRED', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
  ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'protocol'],
  ['HPE_INVALID_CONSTANT', 'protocol'],
  ['ERR_HTTP2_STREAM_ERROR', 'protocol'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'protocol'],
  ['EMFILE', 'local'],
  ['EADDRNOTAVAIL', 'local'],
  ['EWHATEVER', undefined],
])('%s is of cause %s', (code, cause) => {
  expect(causeOfCode(code)).toBe(cause)
})

it('looks through wrapped errors for the first code that names a cause', () => {
  expect(causeOfError(coded('ESOCKET', coded('ECONNRESET')))).toBe('reset')
  expect(causeOfError(coded('ETIMEDOUT', coded('ECONNRESET')))).toBe('timeout')
  expect(causeOfError(new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }))).toBe('refused')
})

it('calls unknown what names no cause', () => {
  expect(causeOfError(new Error('moo'))).toBe('unknown')
  expect(causeOfError('moo')).toBe('unknown')
  expect(causeOfError(undefined)).toBe('unknown')
})
