import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createCertificate } from './certificate.ts'

describe('the certificate', () => {
  it('is good for loopback, signed by an authority of its own, with a P-256 key', async () => {
    const { ca, cert } = await createCertificate()
    const leaf = new X509Certificate(cert)
    const authority = new X509Certificate(ca)
    expect(leaf.checkHost('localhost')).toBe('localhost')
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(leaf.checkIP('::1')).toBe('::1')
    expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
    expect([leaf.ca, authority.ca]).toEqual([false, true])
    expect(leaf.checkIssued(authority) && leaf.verify(authority.publicKey)).toBe(true)
  })

  it('is good for the given hosts only', async () => {
    const leaf = new X509Certificate((await createCertificate(['elsewhere.example.net'])).cert)
    expect(leaf.checkHost('elsewhere.example.net')).toBe('elsewhere.example.net')
    expect(leaf.checkHost('localhost')).toBeUndefined()
    expect(leaf.checkIP('127.0.0.1')).toBeUndefined()
  })

  it('is another one each time', async () => {
    const [a, b] = [await createCertificate(), await createCertificate()]
    expect(a.key).not.toBe(b.key)
    expect(new X509Certificate(a.cert).verify(new X509Certificate(b.ca).publicKey)).toBe(false)
  })
})
