import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UsageError } from '../errors.ts'
import { readAuthorities } from './authorities.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailbench-ca-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function written(pem: string): Promise<string> {
  const file = join(folder, 'ca.pem')
  await writeFile(file, pem)
  return file
}

const two = rootCertificates.slice(0, 2).join('\n')

describe('a file of authorities', () => {
  it('is read whole', async () => {
    expect(readAuthorities(await written(two))).toBe(two)
  })

  it.each([
    ['no certificate', 'nothing', /holds no certificate in PEM/],
    // OpenSSL passes over it, and every connection of the run would fail.
    [
      'a broken one beside a good one',
      `${two}\n-----BEGIN CERTIFICATE-----\nZm9v\n-----END CERTIFICATE-----\n`,
      /certificate 3 cannot be read/,
    ],
  ])('is refused when it holds %s', async (_what, pem, words) => {
    const file = await written(pem)
    expect(() => readAuthorities(file)).toThrow(UsageError)
    expect(() => readAuthorities(file)).toThrow(words)
  })

  it('is refused when there is none', () => {
    expect(() => readAuthorities(join(folder, 'none.pem'))).toThrow(/--tls-ca: cannot read .*ENOENT/)
  })
})
