import { createHash, timingSafeEqual } from 'node:crypto'
import aws4 from 'aws4'
import { type Keys, partsOf } from './key.ts'
import type { HttpRequest } from './provider.ts'

/**
 * Signature Version 4 of Amazon: the client signs method, path, some headers and the body; the mock does the
 * same with the secret that it knows, and compares. aws4 does the arithmetic for both.
 */
export interface Signing {
  readonly service: string
  readonly host: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Goes with temporary credentials. */
  readonly sessionToken?: string
}

/** `20261021T072800Z` */
const stampOf = (wallMs: number) => new Date(wallMs).toISOString().replace(/[-:]|\.\d{3}/g, '')

function signer(request: HttpRequest, signing: Signing, stamp: string) {
  const { method, path, headers, body } = request
  const { service, region } = signing
  const made = new aws4.RequestSigner(
    { method, path, headers: { ...headers }, body, service, region, doNotModifyHeaders: true },
    signing,
  )
  made.datetime = stamp
  return made
}

/** The request with what proves who asks: its signature holds for five minutes. */
export function sign(request: HttpRequest, signing: Signing, wallMs: number): HttpRequest {
  const stamp = stampOf(wallMs)
  const { host, sessionToken } = signing
  const headers = {
    ...request.headers,
    host,
    'x-amz-date': stamp,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  }
  const authorization = signer({ ...request, headers }, signing, stamp).authHeader()
  return { ...request, headers: { ...headers, authorization } }
}

/** Why a request is not let in, in Amazon's words. */
export interface SignatureFlaw {
  readonly name: string
  readonly message: string
}

const missing: SignatureFlaw = {
  name: 'MissingAuthenticationTokenException',
  message: 'Missing Authentication Token',
}
const incomplete: SignatureFlaw = {
  name: 'IncompleteSignatureException',
  message: 'Authorization header requires Credential, SignedHeaders and Signature parameters.',
}
const unknown: SignatureFlaw = {
  name: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
}
const expired: SignatureFlaw = {
  name: 'InvalidSignatureException',
  message: 'Signature expired: the date of the request is more than five minutes from now.',
}
const wrong: SignatureFlaw = {
  name: 'InvalidSignatureException',
  message:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
}

const authorizationForm =
  /^AWS4-HMAC-SHA256 +Credential=([^/, ]+)\/(\d{8})\/([^/, ]+)\/([^/, ]+)\/aws4_request, *SignedHeaders=([^, ]+), *Signature=([0-9a-f]{64})$/
const MAX_SKEW_MS = 5 * 60_000

/** `20261021T072800Z` as Date.parse reads it. */
const instantOf = (stamp: string) =>
  Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))

const sameText = (a: string, b: string) =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

/** The body is signed by its hash, which a header may state: then it must be this body's. */
function isBodySigned({ headers, body }: HttpRequest): boolean {
  const stated = headers['x-amz-content-sha256']
  return stated === undefined || stated === createHash('sha256').update(body).digest('hex')
}

/** Checks who signed a request, as the service does. @returns undefined when all is well */
export function flawOfSignature(
  request: HttpRequest,
  keys: Keys,
  service: string,
  wallMs: number,
): SignatureFlaw | undefined {
  if (keys === 'off') return undefined
  const { headers } = request
  if (headers['authorization'] === undefined) return missing
  const match = authorizationForm.exec(headers['authorization'])
  if (!match) return incomplete
  const [, accessKeyId = '', day, region = '', scope, names = '', signature = ''] = match
  const stamp = headers['x-amz-date'] ?? ''
  if (!stamp.startsWith(day ?? '') || scope !== service) return wrong
  if (!(Math.abs(instantOf(stamp) - wallMs) <= MAX_SKEW_MS)) return expired
  if (keys === 'any') return undefined
  const key = keys.find(known => partsOf(known)[0] === accessKeyId)
  if (key === undefined) return unknown
  // HTTP/2 has the host under another name (RFC 9113 §8.3.1).
  const all: Record<string, string | undefined> = {
    ...headers,
    host: headers['host'] ?? headers[':authority'],
  }
  const signedHeaders = Object.fromEntries(names.split(';').map(name => [name, all[name] ?? '']))
  const signing = { service, host: '', region, accessKeyId, secretAccessKey: partsOf(key)[1] }
  const expected = signer({ ...request, headers: signedHeaders }, signing, stamp).signature()
  return isBodySigned(request) && sameText(expected, signature) ? undefined : wrong
}
